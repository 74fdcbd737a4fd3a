-- The rows that need explaining, under the key that they are finally matched on: pools and reversals
-- of unposted rows included.

with open_rows as (

    select * from {{ ref('int_recon_open_rows') }}

),

pool_lines as (

    select * from {{ ref('int_recon_pools') }}

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}

),

reversals as (

    select * from {{ ref('int_recon_reversals') }}

),

filled_pools as (

    select distinct pool_key from pool_members

),

rekeyed as (

    select
        open_rows.*,
        pool_members.pool_key as member_pool_key,
        case
            when pool_lines.is_summary or filled_pools.pool_key is not null then pool_lines.pool_key
        end as line_pool_key,
        case when not reversals.is_original_posted then reversals.original_match_key end as folded_key,
        coalesce(reversals.is_original_posted, false) as is_original_posted
    from open_rows
    left join pool_lines on open_rows.ledger_id = pool_lines.ledger_id
    left join filled_pools on pool_lines.pool_key = filled_pools.pool_key
    left join pool_members on open_rows.ledger_id = pool_members.ledger_id
    left join reversals on open_rows.ledger_id = reversals.ledger_id

)

select
    ledger_id,
    basis,
    flow,
    component,
    coalesce(line_pool_key, member_pool_key, folded_key, match_key) as match_key,
    case
        when coalesce(line_pool_key, member_pool_key) like '%|term_pool|%' then 'term_pool'
        when coalesce(line_pool_key, member_pool_key) is not null then 'pool'
        else match_kind
    end as match_kind,
    origin_type,
    origin_system,
    origin_id,
    origin_level,
    match_origin_type,
    match_origin_system,
    match_origin_id,
    source_entity,
    source_system,
    source_id,
    gl_line_id,
    invoice_line_id,
    posting_event_id,
    posting_origin_type,
    reverses_id,
    reversal_chain_id,
    legal_entity_key,
    counterparty_entity_key,
    project_key,
    contract_line_key,
    customer_key,
    worker_key,
    region,
    transaction_date,
    work_period_id,
    period_id,
    currency,
    functional_currency,
    coalesce(amount_transaction, 0) as amount_transaction,
    coalesce(amount_functional, 0) as amount_functional,
    coalesce(amount_group, 0) as amount_group,
    hours,
    source_status,
    submitted_at,
    approved_at,
    posted_at,
    coalesce(unmapped_members, '') as unmapped_members,
    is_original_posted
from rekeyed
