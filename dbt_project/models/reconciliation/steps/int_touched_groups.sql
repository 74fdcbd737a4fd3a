{%- set matches = ref('int_touched_matches') -%}
{%- set new_ids = new_batches() -%}
{%- set records = [
    ('time_entry', source('lake', 'time_entry'), 'time_entry_id', ['labor_cost', 'vendor_cost', 'revenue', 'billing']),
    ('expense', source('lake', 'expense'), 'expense_id', ['expense_cost', 'revenue', 'billing']),
    ('vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id', ['vendor_cost', 'revenue', 'billing']),
] -%}
-- The groups that an increment reached: what changed in the ledger, and records of which a version came that may have
-- changed nothing there, such as an older one that arrived late.
select
    match_key,
    match_hash
from {{ matches }}
{%- if build_is_increment() %}
{%- for origin_type, entity, key, flows in records %}
{%- for flow in flows %}
union
select
    '{{ flow }}|{{ origin_type }}|' || source_system || '|' || {{ key }},
    {{ match_hash(["'" ~ flow ~ "'", "'" ~ origin_type ~ "'", 'source_system', key, 'cast(null as varchar)', 'cast(null as varchar)']) }}
from {{ entity }}
where _batch_id in ({{ new_ids }})
{%- endfor %}
{%- endfor %}
{%- else %}
where false
{%- endif %}
