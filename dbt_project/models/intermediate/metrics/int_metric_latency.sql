{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Whole hours from the first submission of an entry of time to its first landing here, and how many entries
-- took so long. An entry is counted in the period of its work, where its worker belongs.
select
    work_period_id as period_id,
    legal_entity_key,
    region,
    practice,
    role,
    cast(null as string) as customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    {{ nearest_whole(seconds_apart('first_submitted_at', 'first_landed_at'), 3600) }} as latency_hours,
    count(*) as entries
from {{ ref('int_time_priced') }}
where
    not is_deleted
    and status in ('submitted', 'approved')
    and first_submitted_at is not null
    and first_landed_at is not null
    and worker_type = 'employee'
    and work_period_id <> 'none'
    {{ of_touched_periods('work_period_id') }}
group by 1, 2, 3, 4, 5, 9
