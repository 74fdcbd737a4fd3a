{%- set ledger = ref('fct_project_ledger') -%}
{%- set entries = ref('int_time_priced') -%}
{%- set invoice_lines = ref('int_invoice_lines') -%}
{%- set pool_members = ref('int_recon_pool_members') -%}
{%- set times = ref('int_posting_times') -%}
{%- set references = ref('int_reference_changes') -%}
{%- set days = ref('int_period_days') -%}
{%- set scope = ref('stg_lake__build_scope') -%}
{%- set build = ref('int_build') -%}
{%- set completeness = ref('gl_completeness') -%}
{%- set figures = adapter.get_relation('mart', 'main', 'fct_project_period') -%}
{%- set changed = changed_models() -%}
{%- set new_ids = new_batches() -%}
{%- set rates = [('int_fx_period', ['legal_entity_key', 'period_id', 'functional_currency'])] -%}
{#- Work that counts in another period than the one at whose rate it is translated. -#}
{%- set translated = touched_by(ledger, ['work_period_id'], rates) ~ touched_by(entries, ['work_period_id'], rates) -%}
{%- set landed = [
    ('expense', source('lake', 'expense'), 'expense_id'),
    ('milestone', source('lake', 'milestone'), 'milestone_id'),
    ('billing_event', source('lake', 'billing_event'), 'billing_event_id'),
] -%}
-- The accounting periods of which an increment may have changed a figure. What is summed by period is summed anew for
-- these alone.
{% if build_is_increment() and 'int_period_days' not in changed and 'int_legal_entities' not in changed %}
with records as (
    select
        'time_entry' as origin_type,
        source_system as origin_system,
        time_entry_id as origin_id
    from {{ changes_of('int_time_priced') }}
    {%- for origin_type, entity, key in landed %}
    union
    select
        '{{ origin_type }}',
        source_system,
        {{ key }}
    from {{ entity }}
    where _batch_id in ({{ new_ids }})
    {%- endfor %}
),

projects as (
    select find_1 as project_key
    from {{ references }}
    where model = 'int_projects'
)

select period_id from {{ changes_of('fct_project_ledger') }}
{{- translated }}
union
select work_period_id from {{ changes_of('fct_project_ledger') }}
union
select period_id from {{ changes_of('int_time_priced') }}
union
select work_period_id from {{ changes_of('int_time_priced') }}
union
select period_id from {{ changes_of('int_invoice_lines') }}
union
select period_id from {{ changes_of('int_recon_pool_members') }}
union
select ledger.period_id
from {{ ledger }} as ledger
inner join records
    on
        ledger.origin_type = records.origin_type
        and ledger.origin_system = records.origin_system
        and ledger.origin_id = records.origin_id
where ledger.basis = 'finance_posted' and ledger.flow in ('billing', 'revenue')
{%- if 'int_projects' in changed %}
union
select period_id from {{ ledger }}
where project_key in (select project_key from projects)
union
select work_period_id from {{ ledger }}
where project_key in (select project_key from projects)
{%- endif %}
{%- if 'int_workers' in changed %}
union
-- whether a posting of labor is an employee's
select ledger.period_id
from {{ ledger }} as ledger
inner join {{ references }} as workers
    on
        workers.model = 'int_workers'
        and ledger.worker_key = workers.find_1
where ledger.basis = 'finance_posted' and ledger.flow = 'labor_cost'
{%- endif %}
union
select find_2 from {{ references }}
where model in ('int_fx_period', 'int_periods')
union
select days.period_id
from {{ days }} as days
inner join {{ references }} as rates
    on
        rates.model = 'int_fx_days'
        and cast(days.day as varchar) = rates.find_3
union
-- the ledger is worth something else than when its figures were summed
select figures.period_id
from {{ figures }} as figures
left join {{ completeness }} as ledgers
    on
        figures.legal_entity_key = ledgers.legal_entity_key
        and figures.period_id = ledgers.period_id
where figures.gl_status is distinct from {{ ledger_worth('figures.basis') }}
union
-- the time to post has run out
select times.period_id
from {{ times }} as times
cross join {{ scope }} as scope
cross join {{ build }} as build
where times.due_at >= scope.last_build_time and times.due_at < build.build_time
{%- else %}
select period_id from {{ ledger }}
union
select work_period_id from {{ ledger }}
union
select period_id from {{ entries }}
union
select work_period_id from {{ entries }}
union
select period_id from {{ invoice_lines }}
union
select period_id from {{ days }}
{%- endif %}
