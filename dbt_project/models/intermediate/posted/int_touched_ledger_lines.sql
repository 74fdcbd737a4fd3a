{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set key = ['source_system', 'gl_line_id'] -%}
{%- set lines = ref('int_gl_lines') -%}
{%- set touched_origins = ref('int_touched_gl_origins') -%}
{%- set time = ref('int_time_priced') -%}
{%- set is_update = ledger_increment() -%}
{%- set reached = touched_by(ledger, key, [
    ('int_projects', ['project_key']),
    ('int_project_stream_lines', ['project_key']),
    ('int_revenue_lines', ['contract_line_key']),
    ('int_worker_assignments', ['worker_key']),
]) -%}
{%- if is_update -%}
with candidates as (
    select {{ key | join(', ') }} from {{ touched_origins }}
    union
    select {{ key | join(', ') }}
    from {{ ledger }}
    where
        source_entity = 'gl_line'
        -- records that are few: their lines are simply written again
        and origin_type in ('expense', 'vendor_bill', 'milestone', 'billing_event', 'revenue_schedule')
    union
    select {{ key | join(', ') }}
    from {{ ledger }}
    where
        source_entity = 'gl_line'
        and origin_type = 'time_entry'
        and (origin_system, origin_id) in (
            select source_system, time_entry_id from {{ changes_of('int_time_priced') }}
        )
    {{ reached }}
)

select {{ key | join(', ') }}
from candidates
where gl_line_id is not null
{%- else -%}
-- where the ledger is built whole, every line is read anyway
select {{ key | join(', ') }}
from {{ lines }}
where false
{%- endif %}
