{#- Every call that leads to a ref comes before the first branch, so that dbt sees it while it parses. -#}
{%- set before = adapter.get_relation(this.database, this.schema, 'int_gl_lines') -%}
{%- set key = ['source_system', 'gl_line_id'] -%}
{%- set staged = ref('stg_erp__gl_lines') -%}
{%- set is_full = build_is_full() -%}
{%- set new_ids = new_batches() -%}
{%- set reached = touched_by(before, key, [
    ('int_legal_entities', ['legal_entity_key']),
]) -%}
{%- set renamed = touched_by(staged, key, [
    ('int_account_classes', ['source_system', 'account_id']),
    ('int_gl_journals_unbalanced', ['source_system', 'legal_entity_id', 'journal_id']),
    ('int_gl_reversal_chains', ['source_system', 'gl_line_id']),
    ('int_origin_systems', ['origin_type']),
    ('int_origin_instances', ['origin_type', 'origin_id']),
    ('int_id_map', ["'legal_entity'", 'source_system', 'legal_entity_id']),
    ('int_id_map', ["'legal_entity'", 'source_system', 'counterparty_entity_id']),
    ('int_id_map', ["'project'", 'source_system', 'project_id']),
    ('int_id_map', ["'employee'", 'source_system', 'employee_id']),
    ('int_id_map', ["'customer'", 'source_system', 'customer_id']),
    ('int_id_map', ["'contract_line'", 'source_system', 'contract_line_id']),
    ('int_id_map', ["'account'", 'source_system', 'account_id']),
]) -%}
{%- if execute and before is not none and not is_full -%}
select {{ key | join(', ') }}
from {{ source('lake', 'gl_line') }}
where _batch_id in ({{ new_ids }})
{{ reached }}
{{ renamed }}
{%- else -%}
-- a full build touches everything, and asks nobody which
select {{ key | join(', ') }}
from {{ staged }}
where false
{%- endif %}
