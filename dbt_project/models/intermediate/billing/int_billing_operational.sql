{{ config(materialized='view') }}
{%- set shared = [
    'source_entity', 'origin_type', 'source_system', 'origin_id', 'legal_entity_key', 'project_key',
    'contract_line_key', 'customer_key', 'worker_key', 'practice', 'role', 'billing_model', 'revenue_stream',
    'transaction_date', 'first_known_at', 'given_period_id', 'currency', 'amount', 'hours', 'status',
    'submitted_at', 'approved_at', 'reverses_id', 'unmapped_members', 'event_milestone_id', '_batch_id', '_file', '_row',
] -%}
{%- set touched = ref('int_touched_entries') %}
-- What may be invoiced. Once invoiced, a row takes the rate of its invoice's date: no change after close.
with events as (
    select * from {{ ref('int_billing_events_due') }}
),

event_milestones as (
    select distinct milestone_id
    from {{ ref('stg_billing__billing_events') }}
    where not is_deleted and status <> 'cancelled' and milestone_id is not null
),

milestones as (
    select milestones.*
    from {{ ref('int_revenue_milestones') }} as milestones
    left join event_milestones on milestones.origin_id = event_milestones.milestone_id
    where
        milestones.billing_model in ('fixed_fee', 'milestone')
        and event_milestones.milestone_id is null
),

pieces as (
    select {{ revenue_piece(shared, {
        'source_entity': 'origin_type', 'given_period_id': 'null', 'currency': 'line_currency',
        'amount': 'amount_recognized', 'first_known_at': 'first_submitted_at', 'event_milestone_id': 'null',
        'revenue_stream': "case when origin_type = 'time_entry' then 'services' else 'reimbursable' end",
    }) }}
    from {{ ref('int_revenue_time_steps') }}
    {%- if ledger_increment() %}
    where (origin_type, source_system, origin_id) in (select origin_type, source_system, origin_id from {{ touched }})
    {%- endif %}
    union all
    select {{ revenue_piece(shared, {
        'source_entity': "'milestone'", 'worker_key': "'none'", 'role': 'null', 'revenue_stream': "'services'",
        'first_known_at': 'first_completed_at', 'given_period_id': 'null', 'hours': '0', 'status': "'approved'",
        'submitted_at': 'completed_at', 'approved_at': 'completed_at', 'reverses_id': 'null',
        'event_milestone_id': 'null',
    }) }}
    from milestones
    union all
    select {{ revenue_piece(shared, {
        'source_entity': "'billing_event'", 'origin_type': "'billing_event'", 'origin_id': 'billing_event_id',
        'legal_entity_key': "coalesce(legal_entity_key, 'unmapped')",
        'project_key': "coalesce(project_key, 'unmapped')", 'customer_key': "coalesce(customer_key, 'unmapped')",
        'worker_key': "'none'", 'role': 'null',
        'revenue_stream': "case when billing_model = 'subscription' then 'recurring' else 'services' end",
        'transaction_date': 'due_date', 'first_known_at': 'null', 'given_period_id': 'null', 'hours': '0',
        'submitted_at': 'null', 'approved_at': 'null', 'reverses_id': 'null',
        'unmapped_members': "case when contract_line_key = 'unmapped' then 'contract_line' else '' end",
        'event_milestone_id': 'milestone_id',
    }) }}
    from events
),

-- an invoice line may name the event's milestone instead: of any system, as in the event
invoiced_milestones as (
    select
        origin_id,
        min(invoice_date) as invoice_date
    from {{ ref('int_invoice_dates') }}
    where origin_type = 'milestone'
    group by origin_id
),

dated as (
    select
        pieces.*,
        coalesce(invoiced.invoice_date, invoiced_milestones.invoice_date, pieces.transaction_date) as rate_date
    from pieces
    left join invoiced_milestones on pieces.event_milestone_id = invoiced_milestones.origin_id
    left join {{ ref('int_invoice_dates') }} as invoiced
        on
            pieces.origin_type = invoiced.origin_type
            and pieces.source_system = invoiced.origin_system
            and pieces.origin_id = invoiced.origin_id
),

translated as (
    {{ translated_pieces('dated', rate_date='rate_date') }}
)

select {{ ledger_columns('operational', absent=['component', 'counterparty_entity_key', 'vendor_key']) }}
from (
    select
        *,
        'billing' as flow,
        'billing:' || source_entity || ':' || source_system || ':' || origin_id as ledger_id
    from translated
) as final
