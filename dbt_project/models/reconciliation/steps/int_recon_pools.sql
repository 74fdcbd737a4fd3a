{{ config(materialized='keyed', key=['ledger_id'], compared_whole=true, remembers=true) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

-- Posted totals that name no origin: summary and payroll lines without links, and revenue or billing
-- posted by contract line and period where operations know the single entries. A summary that was taken back keeps what
-- it summed, in a pool of its own; the lines themselves net.

with open_rows as (

    select * from {{ ref('int_recon_open_rows') }}

),

lines as (

    select
        *,
        case when flow in ('revenue', 'billing', 'loss_provision') then coalesce(contract_line_key, 'none') else 'none' end
            as pool_contract_line_key
    from open_rows
    where
        basis = 'finance_posted'
        and coalesce(component, '') not in ('remainder', 'untold')
        and (
            (match_kind in ('line', 'chain') and posting_origin_type in ('summary', 'payroll'))
            or (match_kind = 'term' and group_operational_count = 0)
        )

)

select
    ledger_id,
    match_key,
    flow,
    legal_entity_key,
    coalesce(project_key, 'none') as project_key,
    period_id,
    nullif(nullif(coalesce(worker_key, 'none'), 'none'), 'unmapped') as worker_key,
    nullif(nullif(pool_contract_line_key, 'none'), 'unmapped') as contract_line_key,
    -- a summary is a pool, filled or empty; another posting by contract line and period only if entries stand behind it
    posting_origin_type in ('summary', 'payroll') as is_summary,
    match_kind = 'chain' as is_taken_back,
    reverses_id,
    posted_at,
    flow || case
        when match_kind = 'chain' then '|reversed_pool|'
        when posting_origin_type in ('summary', 'payroll') then '|pool|'
        else '|term_pool|'
    end || legal_entity_key || '|' || coalesce(project_key, 'none') || '|' || coalesce(period_id, '')
    || '|' || coalesce(worker_key, 'none') || '|' || pool_contract_line_key as pool_key
from lines
