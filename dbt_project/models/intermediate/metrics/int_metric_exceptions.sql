-- Open differences that someone must act on: what is still within its SLA, within tolerance or an accrual
-- on its way back is none. Its age counts from approval, else from when it was due, else from its period's end.
{%- set age = "coalesce(items.age_days_approved, items.age_days_due, " ~ days_apart('periods.end_date', 'build.build_date') ~ ")" %}
select
    coalesce(items.period_id, 'none') as period_id,
    items.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(projects.customer_key, 'none') as customer_key,
    coalesce(items.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    items.flow,
    count(*) as open_items,
    sum(case when {{ age }} > 30 then 1 else 0 end) as open_items_over_30_days,
    sum(case when {{ age }} > 90 then 1 else 0 end) as open_items_over_90_days,
    sum(case when items.category = 'unmapped' then 1 else 0 end) as unmapped_items,
    cast(sum(coalesce(abs(items.difference_group), 0)) as decimal(18, 2)) as open_amount
from {{ ref('recon_item') }} as items
left join {{ ref('int_today') }} as build on items.legal_entity_key = build.legal_entity_key
left join {{ ref('int_periods') }} as periods
    on
        items.legal_entity_key = periods.legal_entity_key
        and items.period_id = periods.period_id
left join {{ ref('int_projects') }} as projects on items.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on items.legal_entity_key = entities.legal_entity_key
where items.status = 'open' and items.category not in ('rounding', 'awaiting_posting', 'accrual', 'translation_difference')
group by 1, 2, 3, 4, 6, 7, 8, 9
