{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set lines = ref('int_invoice_lines') -%}
{%- set touched_time = ref('int_touched_time_entries') -%}
{%- set new_ids = new_batches() -%}
{%- set billed = "(select *, invoice_line_id as line_id from " ~ ledger
    ~ " where basis = 'finance_posted' and flow = 'billing')" -%}
{%- set reached = touched_by(billed, ['source_system', 'line_id'], [
    ('int_projects', ['project_key']),
    ('int_project_stream_lines', ['project_key']),
    ('int_fx_period', ['legal_entity_key', 'period_id', 'functional_currency']),
]) -%}
-- The invoice lines whose rows in the ledger an increment may have changed.
{% if ledger_increment() %}
with changed_lines as (
    select
        source_system,
        invoice_id,
        applies_to_invoice_id
    from {{ changes_of('int_invoice_lines') }}
    union
    select
        lines.source_system,
        lines.invoice_id,
        lines.applies_to_invoice_id
    from {{ source('lake', 'invoice_line_source') }} as sources
    inner join {{ lines }} as lines
        on
            sources.source_system = lines.source_system
            and sources.invoice_line_id = lines.invoice_line_id
    where sources._batch_id in ({{ new_ids }})
),

changed_invoices as (
    select distinct
        source_system,
        invoice_id
    from changed_lines
)

select
    source_system,
    invoice_line_id
from {{ changes_of('int_invoice_lines') }}
union
-- the lines of one document share what they take back, and a credit note takes it from the invoice it applies to
select
    lines.source_system,
    lines.invoice_line_id
from {{ lines }} as lines
inner join changed_invoices
    on
        lines.source_system = changed_invoices.source_system
        and (
            lines.invoice_id = changed_invoices.invoice_id
            or lines.applies_to_invoice_id = changed_invoices.invoice_id
        )
union
select
    source_system,
    invoice_line_id
from {{ ledger }}
where
    basis = 'finance_posted'
    and flow = 'billing'
    and (
        -- records that are few: their lines are simply written again
        origin_type in ('expense', 'vendor_bill', 'milestone', 'billing_event', 'revenue_schedule')
        or (
            origin_type = 'time_entry'
            and (origin_system, origin_id) in (select source_system, time_entry_id from {{ touched_time }})
        )
    )
{{ reached }}
{%- else %}
select
    source_system,
    invoice_line_id
from {{ lines }}
where false
{%- endif %}
