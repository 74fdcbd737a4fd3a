{%- set lines = ref('int_gl_lines') -%}
{%- set links = ref('stg_erp__posting_links') -%}
{%- set invoice_lines = ref('int_invoice_lines') -%}
{%- set touched = ref('int_touched_gl_origins') -%}
{%- set is_update = build_is_increment() -%}
{%- set key = 'source_system, gl_line_id' -%}
-- The ledger lines that an increment reads to share hours: those whose origins it finds anew, and all that name the same invoices.
{% if is_update %}
with origins_touched as (
    select {{ key }} from {{ touched }}
),

documents as (
    {{ documents_named('origins_touched') }}
),

naming as (
    {{ lines_naming('documents') }}
)

select {{ key }} from origins_touched
union
select {{ key }} from naming
{%- else %}
select {{ key }}
from {{ lines }}
where false
{%- endif %}
