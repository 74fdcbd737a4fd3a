{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set key = ['source_system', 'gl_line_id'] -%}
{%- set lines = ref('int_gl_lines') -%}
{%- set touched_lines = ref('int_touched_gl_lines') -%}
{%- set touched_time = ref('int_touched_time_entries') -%}
{%- set invoice_origins = ref('int_gl_invoice_origins') -%}
{%- set invoice_lines = ref('int_invoice_lines') -%}
{%- set is_update = ledger_increment() -%}
{%- set new_ids = new_batches() -%}
{%- set reached = touched_by(ledger, key, [
    ('int_projects', ['project_key']),
    ('int_project_stream_lines', ['project_key']),
    ('int_worker_assignments', ['worker_key']),
]) -%}
{%- if is_update -%}
with linked as (
    select
        source_system,
        gl_line_id
    from {{ source('lake', 'posting_link') }}
    where _batch_id in ({{ new_ids }})
),

changed_invoices as (
    select
        source_system,
        invoice_id
    from {{ source('lake', 'invoice') }}
    where _batch_id in ({{ new_ids }})
    union
    select
        source_system,
        invoice_id
    from {{ source('lake', 'invoice_line') }}
    where _batch_id in ({{ new_ids }})
    union
    select
        sources.source_system,
        invoice_lines.invoice_id
    from {{ source('lake', 'invoice_line_source') }} as sources
    inner join {{ invoice_lines }} as invoice_lines
        on
            sources.source_system = invoice_lines.source_system
            and sources.invoice_line_id = invoice_lines.invoice_line_id
    where sources._batch_id in ({{ new_ids }})
),

-- What a credit note takes back depends on the invoice it applies to.
changed_invoice_lines as (
    select lines.invoice_line_id
    from {{ invoice_lines }} as lines
    inner join changed_invoices
        on
            lines.source_system = changed_invoices.source_system
            and (
                lines.invoice_id = changed_invoices.invoice_id
                or lines.applies_to_invoice_id = changed_invoices.invoice_id
            )
),

candidates as (
    select {{ key | join(', ') }} from {{ touched_lines }}
    union
    select {{ key | join(', ') }} from linked
    union
    -- a reversal takes over the records of what it reverses
    select
        lines.source_system,
        lines.gl_line_id
    from {{ lines }} as lines
    inner join (
        select * from linked
        union
        select * from {{ touched_lines }}
    ) as reversed
        on
            lines.source_system = reversed.source_system
            and lines.reverses_gl_line_id = reversed.gl_line_id
    union
    select {{ key | join(', ') }}
    from {{ invoice_origins }}
    where invoice_line_id in (select invoice_line_id from changed_invoice_lines)
    union
    select {{ key | join(', ') }}
    from {{ ledger }}
    where
        source_entity = 'gl_line'
        and (
            invoice_line_id in (select invoice_line_id from changed_invoice_lines)
            -- records that are few: their lines are simply written again
            or origin_type in ('expense', 'vendor_bill', 'milestone', 'billing_event', 'revenue_schedule')
        )
    union
    select {{ key | join(', ') }}
    from {{ ledger }}
    where
        source_entity = 'gl_line'
        and origin_type = 'time_entry'
        and (origin_system, origin_id) in (select source_system, time_entry_id from {{ touched_time }})
    {{ reached }}
)

select {{ key | join(', ') }}
from candidates
where gl_line_id is not null
{%- else -%}
-- where the ledger is built whole, every line is read anyway
select {{ key | join(', ') }}
from {{ lines }}
where false
{%- endif %}
