{{ config(
    materialized='keyed', key=['origin_system', 'origin_id'], compared_whole=true, remembers=true
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

select
    -- spelt as in the ledger, so that a join is on equality alone: a condition on one side only costs ten times as much
    'finance_posted' as basis,
    'revenue_schedule' as origin_type,
    source_system as origin_system,
    schedule_line_id as origin_id,
    period_id
from {{ ref('stg_billing__revenue_schedule_lines') }}
