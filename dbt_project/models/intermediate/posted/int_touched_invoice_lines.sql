{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set lines = ref('int_invoice_lines') -%}
{%- set time = ref('int_time_priced') -%}
{%- set origins = ref('int_invoice_line_origins') -%}
{%- set billed = "(select *, invoice_line_id as line_id from " ~ ledger
    ~ " where basis = 'finance_posted' and flow = 'billing')" -%}
{%- set reached = touched_by(billed, ['source_system', 'line_id'], [
    ('int_projects', ['project_key']),
    ('int_project_stream_lines', ['project_key']),
]) -%}
-- The invoice lines whose rows in the ledger an increment may have changed.
{% if ledger_increment() %}
select
    source_system,
    invoice_line_id
from {{ changes_of('int_invoice_lines') }}
union
select
    source_system,
    invoice_line_id
from {{ changes_of('int_invoice_line_origins') }}
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
            and (origin_system, origin_id) in (
                select source_system, time_entry_id from {{ changes_of('int_time_priced') }}
            )
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
