{%- set records = ref('int_invoice_line_records') -%}
{%- set is_update = build_is_increment() -%}
{%- set key = ['origin_type', 'origin_system', 'origin_id'] -%}
-- The records of which an increment may have changed whether and when they were billed.
{% if is_update %}
select {{ key | join(', ') }}
from {{ changes_of('int_invoice_line_records') }}
union
select {{ key | join(', ') }}
from {{ records }}
where (source_system, invoice_line_id) in (
    select source_system, invoice_line_id from {{ changes_of('int_invoice_lines') }}
)
{%- else %}
select {{ key | join(', ') }}
from {{ records }}
where false
{%- endif %}
