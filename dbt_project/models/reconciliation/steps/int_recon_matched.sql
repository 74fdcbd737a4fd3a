-- The rows that need explaining, under the key that they are finally matched on: reversals of unposted rows
-- with what they reverse, pools as one sum against their posted lines.

{%- set pooled = [
    'flow', 'legal_entity_key', 'project_key', 'contract_line_key', 'customer_key', 'worker_key', 'region', 'work_period_id',
    'period_id', 'currency', 'functional_currency', 'hours', 'approved_at'
] %}
{%- set single = [
    'component', 'origin_type', 'origin_system', 'origin_id', 'origin_level', 'match_origin_type', 'match_origin_system',
    'match_origin_id', 'source_system', 'source_id', 'gl_line_id', 'invoice_line_id', 'posting_event_id',
    'posting_origin_type', 'reversal_chain_id', 'counterparty_entity_key', 'posted_at'
] %}

with open_rows as (

    select * from {{ ref('int_recon_active_rows') }}

),

pool_lines as (

    select * from {{ ref('int_recon_pools') }}

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}

),

pool_totals as (

    select * from {{ ref('int_recon_pool_totals') }}

),

reversals as (

    select * from {{ ref('int_recon_reversals') }}

),

filled_pools as (

    select distinct pool_key from pool_totals

),

rekeyed as (

    select
        open_rows.*,
        case
            when pool_lines.is_taken_back then null
            when pool_lines.is_summary or filled_pools.pool_key is not null then pool_lines.pool_key
        end as line_pool_key,
        case when not reversals.is_original_posted then reversals.original_match_key end as folded_key,
        coalesce(reversals.is_original_posted, false) as is_original_posted
    from open_rows
    left join pool_lines on open_rows.ledger_id = pool_lines.ledger_id
    left join filled_pools on pool_lines.pool_key = filled_pools.pool_key
    left join pool_members on open_rows.ledger_id = pool_members.ledger_id
    left join reversals on open_rows.ledger_id = reversals.ledger_id
    where pool_members.ledger_id is null

)

select
    ledger_id,
    basis,
    coalesce(line_pool_key, folded_key, match_key) as match_key,
    case
        when line_pool_key like '%|term_pool|%' then 'term_pool'
        when line_pool_key is not null then 'pool'
        else match_kind
    end as match_kind,
    coalesce(amount_transaction, 0) as amount_transaction,
    coalesce(amount_functional, 0) as amount_functional,
    coalesce(amount_group, 0) as amount_group,
    source_status,
    coalesce(unmapped_members, '') as unmapped_members,
    is_original_posted,
    {%- for amount in ['transaction', 'functional', 'group'] %}
    amount_{{ amount }} is null as lacks_{{ amount }},
    {%- endfor %}
    {{ pooled | join(',\n    ') }},
    {{ single | join(',\n    ') }}
from rekeyed

union all

select
    pool_key || '|' || coalesce(currency, 'none'),
    'operational',
    pool_key,
    case when pool_key like '%|term_pool|%' then 'term_pool' else 'pool' end,
    amount_transaction,
    amount_functional,
    amount_group,
    'approved',
    '',
    false,
    false,
    false,
    false,
    {{ pooled | join(',\n    ') }}
    {%- for _ in single %},
    null
    {%- endfor %}
from pool_totals
