{%- set before = adapter.get_relation(this.database, this.schema, 'int_time_priced') -%}
{%- set key = ['source_system', 'time_entry_id'] -%}
{%- set entries = ref('stg_psa__time_entries') -%}
{%- set is_full = build_is_full() -%}
{%- set new_ids = new_batches() -%}
{%- set reached = touched_by(before, key, [
    ('int_workers', ['worker_key']),
    ('int_worker_month_terms', ['worker_key', month_start('work_date')]),
    ('int_projects', ['project_key']),
    ('int_project_lines', ['project_key']),
    ('int_contract_lines', ['contract_line_key']),
    ('int_legal_entities', ['legal_entity_key']),
    ('int_bill_rate_months', ['project_key', month_start('work_date')]),
    ('int_period_days', ['legal_entity_key', 'work_date']),
    ('int_period_shifts', ['legal_entity_key', 'work_period_id']),
    ('int_fx_days', ['cost_currency', 'functional_currency', 'work_date']),
]) -%}
{%- set renamed = touched_by(entries, key, [
    ('int_id_map', ["'project'", 'source_system', 'project_id']),
    ('int_id_map', ["'employee'", 'source_system', 'employee_id']),
    ('int_id_map', ["'contract_line'", 'source_system', 'contract_line_id']),
]) -%}
{%- if execute and before is not none and not is_full -%}
with touched as (
    select {{ key | join(', ') }}
    from {{ source('lake', 'time_entry') }}
    where _batch_id in ({{ new_ids }})
    {{ reached }}
    {{ renamed }}
)

select
    touched.source_system,
    touched.time_entry_id,
    before.project_key as was_project_key,
    before.contract_line_key as was_contract_line_key,
    before.worker_key as was_worker_key,
    before.legal_entity_key as was_legal_entity_key,
    before.period_id as was_period_id
from touched
left join {{ before }} as before
    on
        touched.source_system = before.source_system
        and touched.time_entry_id = before.time_entry_id
{%- else -%}
-- a full build touches everything, and asks nobody which
select
    source_system,
    time_entry_id,
    cast(null as varchar) as was_project_key,
    cast(null as varchar) as was_contract_line_key,
    cast(null as varchar) as was_worker_key,
    cast(null as varchar) as was_legal_entity_key,
    cast(null as varchar) as was_period_id
from {{ entries }}
where false
{%- endif %}
