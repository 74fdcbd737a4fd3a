{%- set matches = ref('int_touched_matches') -%}
{%- set before = adapter.get_relation(this.database, this.schema, 'int_recon_open_groups') -%}
{%- set breaches = adapter.get_relation(this.database, this.schema, 'int_control_postings') -%}
{%- set sides = ref('int_recon_sides') -%}
{%- set moved = moved_books() -%}
{%- set new_ids = new_batches() -%}
{%- set records = [
    ('time_entry', source('lake', 'time_entry'), 'time_entry_id', ['labor_cost', 'vendor_cost', 'revenue', 'billing']),
    ('expense', source('lake', 'expense'), 'expense_id', ['expense_cost', 'revenue', 'billing']),
    ('vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id', ['vendor_cost', 'revenue', 'billing']),
] -%}
-- The groups that an increment reached: what changed in the ledger, records of which a version came that may have
-- changed nothing there, such as an older one that arrived late, and groups that the cents of a rate may open or close,
-- which are known by their number alone.
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
union
select
    cast(null as varchar),
    match_hash
from {{ before }}
where
    is_moved_by_rate
    and cell in (
        select {{ recon_cell_hash() }}
        from {{ sides }}
        where (legal_entity_key, period_id) in ({{ moved }})
    )
union
-- what a breach amounts to, whichever period's rate moved
select
    match_key,
    {{ match_hash(['flow', 'subject_type', 'subject_system', 'subject_id', 'cast(null as varchar)', 'cast(null as varchar)']) }}
from {{ breaches }}
{%- else %}
where false
{%- endif %}
