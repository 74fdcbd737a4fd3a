{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Only entries whose deadline has passed are counted, on either side.
select
    posting.period_id,
    posting.legal_entity_key,
    posting.region,
    posting.practice,
    cast(null as string) as role,
    posting.customer_key,
    posting.project_key,
    posting.billing_model,
    count(*) as due_entries,
    sum(case when posting.posted_at <= posting.deadline then 1 else 0 end) as posted_in_time
from {{ ref('int_time_posting') }} as posting
cross join {{ ref('int_build') }} as build
where
    posting.deadline < build.build_time
    {{ of_touched_periods('posting.period_id') }}
group by 1, 2, 3, 4, 6, 7, 8
