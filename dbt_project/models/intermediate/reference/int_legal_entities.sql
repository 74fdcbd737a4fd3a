with members as (
    select * from {{ ref('int_members') }}
    where entity_type = 'legal_entity'
),

entities as (
    select * from {{ ref('stg_erp__legal_entities') }}
),

weekdays as (
    select 'mon' as name, 1 as number
    union all select 'tue', 2
    union all select 'wed', 3
    union all select 'thu', 4
    union all select 'fri', 5
    union all select 'sat', 6
    union all select 'sun', 7
)

select
    members.key as legal_entity_key,
    entities.source_system,
    entities.legal_entity_id,
    coalesce(entities.name, members.key) as name,
    entities.functional_currency,
    coalesce(entities.region, 'none') as region,
    coalesce(entities.time_zone, 'UTC') as time_zone,
    coalesce(entities.work_week, 'mon-fri') as work_week,
    coalesce(first_day.number, 1) as first_weekday,
    mod(coalesce(last_day.number, 5) - coalesce(first_day.number, 1) + 7, 7) + 1 as days_in_week,
    coalesce(entities.labor_costing, 'standard') as labor_costing,
    coalesce(entities.is_deleted, false) as is_deleted,
    entities._batch_id
from members
left join entities
    on
        members.source_system = entities.source_system
        and members.source_id = entities.legal_entity_id
left join weekdays as first_day on split_part(lower(entities.work_week), '-', 1) = first_day.name
left join weekdays as last_day on split_part(lower(entities.work_week), '-', 2) = last_day.name
