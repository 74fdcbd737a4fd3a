{{ config(materialized='keyed', key=['flow', 'reversal_chain_id'], compared_whole=true, remembers=true) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

-- Reversal chains of the books: lines that a later line reverses, with what is left of them.

with posted as (

    select *
    from {{ ref('fct_project_ledger') }}
    -- a credit note names the whole invoice, not the line: billing nets by origin
    where basis = 'finance_posted' and flow <> 'billing'

),

reversed_chains as (

    select distinct reversal_chain_id
    from posted
    where reverses_id is not null and reversal_chain_id is not null

),

chains as (

    select
        posted.flow,
        posted.reversal_chain_id,
        count(*) as line_count,
        count(distinct posted.currency) as currency_count,
        sum(posted.amount_transaction) as left_transaction,
        sum(posted.amount_functional) as left_functional,
        bool_or(coalesce(posted.posting_origin_type, '') = 'accrual') as is_accrual,
        -- links of a summary name many; a line that none is named for is not the same as one that is
        count(distinct posted.origin_id) as origin_count,
        -- the first line's own origin stands for reversing lines that name none, where it is a single one
        count(distinct case when posted.reverses_id is null then posted.origin_id end) as root_origin_count,
        min(case when posted.reverses_id is null then posted.origin_type end) as root_origin_type,
        min(case when posted.reverses_id is null then posted.origin_system end) as root_origin_system,
        min(case when posted.reverses_id is null then posted.origin_id end) as root_origin_id
    from posted
    inner join reversed_chains on posted.reversal_chain_id = reversed_chains.reversal_chain_id
    group by posted.flow, posted.reversal_chain_id

)

select
    flow,
    reversal_chain_id,
    line_count,
    is_accrual,
    origin_count = 0 or (origin_count = 1 and root_origin_count = 1) as is_one_origin,
    case when currency_count = 1 then left_transaction = 0 else left_functional = 0 end as is_closed,
    case when root_origin_count = 1 then root_origin_type end as root_origin_type,
    case when root_origin_count = 1 then root_origin_system end as root_origin_system,
    case when root_origin_count = 1 then root_origin_id end as root_origin_id
from chains
