-- Hours on client projects in the project's own books, the same place as the revenue that they earn.
select
    days.period_id,
    time.project_entity_key as legal_entity_key,
    coalesce(entities.region, 'none') as region,
    cast(null as string) as practice,
    cast(null as string) as role,
    time.customer_key,
    time.project_key,
    projects.billing_model,
    cast(sum(time.hours) as decimal(18, 2)) as hours
from {{ ref('int_time_priced') }} as time
inner join {{ ref('int_projects') }} as projects on time.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on time.project_entity_key = entities.legal_entity_key
{{ work_period_join('days', 'time.project_entity_key', 'time.work_date') }}
where
    not time.is_deleted
    and time.status in ('submitted', 'approved')
    and projects.billing_model <> 'non_billable'
    and days.period_id is not null
group by 1, 2, 3, 6, 7, 8
