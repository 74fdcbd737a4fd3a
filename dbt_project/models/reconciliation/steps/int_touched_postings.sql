{%- set before = adapter.get_relation(this.database, this.schema, 'int_posting_times') -%}
{%- set groups = ref('int_touched_groups') -%}
{%- set scope = ref('int_recon_scope') -%}
{%- set reached = touched_by(before, ['match_key'], [
    ('int_periods', ['legal_entity_key', 'period_id']),
    ('int_legal_entities', ['legal_entity_key']),
]) -%}
-- The groups whose postings an increment may have moved, or their deadlines.
select match_key from {{ groups }}
where match_key is not null
union
select match_key from {{ scope }}
{%- if build_is_increment() %}
{{ reached }}
{%- endif %}
