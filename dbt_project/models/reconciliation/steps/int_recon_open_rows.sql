{{ config(
    materialized='keyed', key=['match_hash'], touched='int_touched_groups',
    moves={'amount_group': translate('kept.amount_functional', 'rates.average_rate')}
) }}
-- depends_on: {{ ref('int_touched_groups') }}
{%- set every_row = ref('int_recon_keyed') -%}
{%- set touched_rows = ref('int_recon_touched_rows') -%}
{%- set columns = [
    'ledger_id', 'basis', 'flow', 'component', 'origin_type', 'origin_system', 'origin_id', 'origin_level', 'source_entity',
    'source_system', 'source_id', 'gl_line_id', 'invoice_line_id', 'posting_event_id', 'posting_origin_type', 'reverses_id',
    'reversal_chain_id',
    'legal_entity_key', 'counterparty_entity_key', 'project_key', 'contract_line_key', 'customer_key', 'worker_key', 'region',
    'work_period_id', 'period_id', 'currency', 'functional_currency', 'amount_transaction', 'amount_functional',
    'amount_group', 'hours', 'source_status', 'approved_at', 'posted_at', 'unmapped_members', 'match_kind',
    'match_hash', 'match_origin_type', 'match_origin_system', 'match_origin_id',
] %}

-- The ledger rows of the groups that do not agree, before pools and source reversals are joined up.

with keyed as (

    select * from {{ touched_rows if in_increment() else every_row }}

),

open_groups as (

    select * from {{ ref('int_recon_open_groups') }}
    where is_open

)

select
    {%- for column in columns %}
    keyed.{{ column }},
    {%- endfor %}
    -- the text of a key only where there is something to explain
    {{ match_text() }} as match_key,
    open_groups.operational_count as group_operational_count,
    open_groups.posted_count as group_posted_count,
    open_groups.posted_functional as group_posted_functional,
    open_groups.posted_transaction as group_posted_transaction
from keyed
inner join open_groups on keyed.match_hash = open_groups.match_hash
