{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set time = ref('int_time_priced') -%}
{%- set is_update = ledger_increment() -%}
{#- Which rows a list of what was touched speaks of, the columns by which they are in it, and the list. -#}
{%- set lists = [
    (
        "source_entity = 'gl_line'",
        'source_system, source_id', 'source_system, gl_line_id', ref('int_touched_ledger_lines'),
    ),
    (
        "source_entity = 'invoice_line'",
        'source_system, source_id', 'source_system, invoice_line_id', ref('int_touched_invoice_lines'),
    ),
    (
        "source_entity = 'time_entry' and flow = 'labor_cost'",
        'source_system, source_id', 'source_system, time_entry_id', changes_of('int_time_priced'),
    ),
    (
        "source_entity in ('time_entry', 'expense') and flow in ('revenue', 'billing')",
        'source_entity, source_system, source_id', 'origin_type, source_system, origin_id', ref('int_touched_entries'),
    ),
] -%}
{%- if is_update -%}
-- each list asks only the rows that it speaks of
{%- for rows, found_by, key, touched in lists %}
select ledger_id
from {{ ledger }}
where {{ rows }} and ({{ found_by }}) in (select {{ key }} from {{ touched }})
union all
{%- endfor %}
-- the others are few and written again whole: schedules, estimates and relief reach from row to row
select ledger_id
from {{ ledger }}
where not coalesce(
        {%- for rows, _, _, _ in lists %}
        {{ 'or ' if not loop.first }}({{ rows }})
        {%- endfor %}, false
    )
{%- else -%}
select cast(null as varchar) as ledger_id
where false
{%- endif %}
