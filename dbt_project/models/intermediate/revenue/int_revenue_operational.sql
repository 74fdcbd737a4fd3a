{{ config(materialized='view') }}
{%- set shared = [
    'source_entity', 'origin_type', 'source_system', 'origin_id', 'legal_entity_key', 'project_key',
    'contract_line_key', 'customer_key', 'worker_key', 'practice', 'role', 'billing_model', 'revenue_stream',
    'transaction_date', 'first_known_at', 'given_period_id', 'currency', 'amount', 'hours', 'status', 'submitted_at',
    'approved_at', 'reverses_id', 'unmapped_members', '_batch_id', '_file', '_row',
] -%}
{%- set touched = ref('int_touched_entries') %}
-- One row a piece of operational revenue: an entry, a milestone, or a line's revenue of a period.
with entries as (
    select
        *,
        origin_type as source_entity,
        case when origin_type = 'time_entry' then 'services' else 'reimbursable' end as revenue_stream,
        first_submitted_at as first_known_at,
        cast(null as string) as given_period_id
    from {{ ref('int_revenue_time_steps') }}
    {%- if ledger_increment() %}
    where (origin_type, source_system, origin_id) in (select origin_type, source_system, origin_id from {{ touched }})
    {%- endif %}
),

pieces as (
    select {{ revenue_piece(shared, {
        'currency': 'line_currency', 'amount': 'amount_recognized'
    }) }}
    from entries
    union all
    select {{ revenue_piece(shared, {
        'source_entity': "'milestone'", 'worker_key': "'none'", 'role': 'null', 'revenue_stream': "'services'",
        'first_known_at': 'first_completed_at', 'given_period_id': 'null', 'hours': '0', 'status': "'approved'",
        'submitted_at': 'completed_at', 'approved_at': 'completed_at', 'reverses_id': 'null',
    }) }}
    from {{ ref('int_revenue_milestones') }}
    where is_earned
    union all
    select {{ revenue_piece(shared, {}) }}
    from {{ ref('int_revenue_line_periods') }}
),

translated as (
    {{ translated_pieces('pieces') }}
)

select {{ ledger_columns('operational', absent=['component', 'counterparty_entity_key', 'vendor_key']) }}
from (
    select
        *,
        'revenue' as flow,
        'revenue:' || source_entity || ':' || source_system || ':' || origin_id as ledger_id
    from translated
) as final
