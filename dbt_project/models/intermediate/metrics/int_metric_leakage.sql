-- Billable value that nobody has invoiced for more than ninety days and nobody holds back, as the build knows it.
select
    days.period_id,
    items.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(projects.customer_key, items.customer_key, 'none') as customer_key,
    coalesce(items.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    cast(sum(items.difference_group) as decimal(18, 2)) as leaked_group
from {{ ref('recon_item') }} as items
cross join {{ ref('int_build') }} as build
inner join {{ ref('int_period_days') }} as days
    on
        items.legal_entity_key = days.legal_entity_key
        and build.build_date = days.day
left join {{ ref('int_projects') }} as projects on items.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on items.legal_entity_key = entities.legal_entity_key
where
    items.flow = 'billing'
    and items.category = 'not_billed'
    and greatest(coalesce(items.age_days_approved, 0), coalesce(items.age_days_due, 0)) > 90
group by 1, 2, 3, 4, 6, 7, 8
