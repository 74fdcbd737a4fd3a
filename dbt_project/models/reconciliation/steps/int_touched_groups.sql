{%- set matches = ref('int_touched_matches') -%}
{%- set new_ids = new_batches() -%}
{%- set records = [
    ('labor_cost', 'time_entry', source('lake', 'time_entry'), 'time_entry_id'),
    ('vendor_cost', 'time_entry', source('lake', 'time_entry'), 'time_entry_id'),
    ('expense_cost', 'expense', source('lake', 'expense'), 'expense_id'),
    ('vendor_cost', 'vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id'),
] -%}
-- The groups that an increment reached: what changed in the ledger, and records of which a version came that may have
-- changed nothing there, such as an older one that arrived late.
select
    match_key,
    match_hash
from {{ matches }}
{%- if build_is_increment() %}
{%- for flow, origin_type, entity, key in records %}
union
select
    '{{ flow }}|{{ origin_type }}|' || source_system || '|' || {{ key }},
    {{ match_hash(["'" ~ flow ~ "'", "'" ~ origin_type ~ "'", 'source_system', key, 'cast(null as varchar)', 'cast(null as varchar)']) }}
from {{ entity }}
where _batch_id in ({{ new_ids }})
{%- endfor %}
{%- else %}
where false
{%- endif %}
