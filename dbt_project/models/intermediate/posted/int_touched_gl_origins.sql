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
with changed_lines as (
    select
        source_system,
        invoice_id,
        invoice_line_id
    from {{ changes_of('int_invoice_lines') }}
    union
    select
        source_system,
        invoice_id,
        invoice_line_id
    from {{ invoice_lines }}
    where (source_system, invoice_line_id) in (
        select source_system, invoice_line_id from {{ changes_of('int_invoice_line_origins') }}
    )
),

-- by either a posting names what it was made from
names as (
    select
        source_system as origin_system,
        invoice_id as origin_id
    from changed_lines
    union
    select
        source_system,
        invoice_line_id
    from changed_lines
),

reached as (
    select {{ key }} from {{ touched_lines }}
    union
    select {{ key }}
    from {{ source('lake', 'posting_link') }}
    where _batch_id in ({{ new_ids }})
    {%- for rows in [lines, links] %}
    union
    select {{ key }}
    from {{ rows }}
    where origin_type = 'invoice' and (origin_system, origin_id) in (select origin_system, origin_id from names)
    {%- endfor %}
)

select {{ key }} from reached
union
-- a reversal takes over the records of what it reverses
select {{ key }}
from {{ lines }}
where (source_system, reverses_gl_line_id) in (select {{ key }} from reached)
{%- else %}
select {{ key }}
from {{ lines }}
where false
{%- endif %}
