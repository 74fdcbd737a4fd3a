{{ config(
    materialized='keyed', key=['origin_type', 'origin_system', 'origin_id'], compared_whole=true, remembers=true
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

select
    origin_type,
    source_system as origin_system,
    origin_id,
    adjustment_amount,
    adjustment_hours,
    beyond_cap_amount
from {{ ref('int_revenue_time_steps') }}
where
    coalesce(adjustment_amount, 0) <> 0
    or coalesce(adjustment_hours, 0) <> 0
    or coalesce(beyond_cap_amount, 0) <> 0
