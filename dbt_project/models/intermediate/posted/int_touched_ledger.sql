{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set touched_lines = ref('int_touched_ledger_lines') -%}
{%- set touched_time = ref('int_touched_time_entries') -%}
{%- set touched_entries = ref('int_touched_entries') -%}
{%- set touched_invoice_lines = ref('int_touched_invoice_lines') -%}
{%- set is_update = ledger_increment() -%}
{%- if is_update -%}
select ledger_id
from {{ ledger }}
where
    case
        when source_entity = 'gl_line'
            then (source_system, source_id) in (select source_system, gl_line_id from {{ touched_lines }})
        when flow = 'labor_cost'
            then (source_system, source_id) in (select source_system, time_entry_id from {{ touched_time }})
        when source_entity = 'invoice_line'
            then
                (source_system, source_id)
                in (select source_system, invoice_line_id from {{ touched_invoice_lines }})
        when flow in ('revenue', 'billing') and source_entity in ('time_entry', 'expense')
            then
                (source_entity, source_system, source_id)
                in (select origin_type, source_system, origin_id from {{ touched_entries }})
        -- the others are few and written again whole: schedules, estimates and relief reach from row to row
        else true
    end
{%- else -%}
select cast(null as varchar) as ledger_id
where false
{%- endif %}
