{%- set before = adapter.get_relation(this.database, this.schema, 'int_gl_line_origins') -%}
{%- set lines = ref('int_gl_lines') -%}
{%- set touched_lines = ref('int_touched_gl_lines') -%}
{%- set links = ref('stg_erp__posting_links') -%}
{%- set invoice_lines = ref('int_invoice_lines') -%}
{%- set invoice_origins = ref('int_invoice_line_origins') -%}
{%- set is_update = build_is_increment() -%}
{%- set new_ids = new_batches() -%}
{%- set key = 'source_system, gl_line_id' -%}
-- The ledger lines of which an increment may have changed what records they go back to.
{% if is_update %}
with changed as (
    select {{ key }} from {{ touched_lines }}
    union
    select {{ key }}
    from {{ source('lake', 'posting_link') }}
    where _batch_id in ({{ new_ids }})
),

-- with both sides of a reversal: one takes over the other's records, and what is taken back shares no hours
reached as (
    select {{ key }} from changed
    union
    select {{ key }}
    from {{ lines }}
    where (source_system, reverses_gl_line_id) in (select {{ key }} from changed)
    union
    select
        source_system,
        reverses_gl_line_id
    from {{ lines }}
    where reverses_gl_line_id is not null and ({{ key }}) in (select {{ key }} from changed)
),

-- whole documents: the lines that name one share its hours, as they do now and as they did before
reached_invoices as (
    select
        source_system,
        invoice_id
    from {{ changes_of('int_invoice_lines') }}
    union
    select
        source_system,
        invoice_id
    from {{ invoice_lines }}
    where (source_system, invoice_line_id) in (
        select source_system, invoice_line_id from {{ changes_of('int_invoice_line_origins') }}
    )
    union
    select
        source_system,
        invoice_id
    from {{ invoice_lines }}
    where invoice_line_id in (
        select invoice_line_id from {{ before }} where ({{ key }}) in (select {{ key }} from reached)
    )
    union
    {{ documents_named('reached') }}
),

naming as (
    {{ lines_naming('reached_invoices', invoice_lines_changed=changes_of('int_invoice_lines')) }}
)

select {{ key }} from reached
union
select {{ key }} from naming
{%- else %}
select {{ key }}
from {{ lines }}
where false
{%- endif %}
