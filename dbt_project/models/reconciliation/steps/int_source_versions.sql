{{ config(materialized='keyed', key=['origin_type', 'origin_system', 'origin_id']) }}
-- All landed versions of time entries, expenses, bill lines and milestones that have more than one, with the figures of
-- each as one text: what counts is whether a figure changed, not that a row was sent again.

{%- set origins = [
    ['time_entry', 'time_entry', 'time_entry_id', "status in ('submitted', 'approved')", 'work_date', ['project_id', 'employee_id', 'work_date', 'hours', 'billable_hours', 'contract_line_id', 'bill_rate']],
    ['expense', 'expense', 'expense_id', "status in ('submitted', 'approved')", 'expense_date', ['project_id', 'employee_id', 'expense_date', 'amount', 'recoverable_tax', 'currency', 'contract_line_id']],
    ['vendor_bill', 'vendor_bill_line', 'bill_line_id', "status = 'approved'", 'bill_date', ['project_id', 'po_line_id', 'bill_date', 'amount', 'recoverable_tax', 'currency', 'contract_line_id']],
    ['milestone', 'milestone', 'milestone_id', "status = 'completed'", 'completed_at', ['project_id', 'completed_at', 'amount', 'currency', 'contract_line_id']],
] %}

{%- set is_update = in_increment() %}
{%- set new_ids = new_batches() %}
{%- set committed = ref('stg_lake__committed_batches') %}

with
{%- for origin, entity, id, counts, day, figures in origins %}
-- most came once: only the others are read whole, and in an increment only those of which a version is new
{{ entity }}_repeated as (

    select source_system, {{ id }}
    from {{ source('lake', entity) }}
    where
        _batch_id in (select batch_id from {{ committed }})
        {{ known_at('updated_at', clock='data') }}
        {%- if is_update %}
        and (source_system, {{ id }}) in (
            select source_system, {{ id }} from {{ source('lake', entity) }} where _batch_id in ({{ new_ids }})
        )
        {%- endif %}
    group by source_system, {{ id }}
    having count(*) > 1

),

{{ entity }}_landed as (

    select *
    from {{ source('lake', entity) }}
    where
        _batch_id in (select batch_id from {{ committed }})
        {{ known_at('updated_at', clock='data') }}
        and (source_system, {{ id }}) in (select source_system, {{ id }} from {{ entity }}_repeated)

){{ ',' if not loop.last }}
{%- endfor %}
{% for origin, entity, id, counts, day, figures in origins %}
select
    '{{ origin }}' as origin_type,
    source_system as origin_system,
    {{ id }} as origin_id,
    updated_at,
    -- of a milestone the moment, of which the books' own time zone makes a day
    {% if day == 'completed_at' %}cast(null as date){% else %}{{ day }}{% endif %} as dated_on,
    {% if day == 'completed_at' %}completed_at{% else %}cast(null as timestamp with time zone){% endif %} as dated_at,
    -- whatever else is edited in a row that counts for nothing changes no figure
    case
        when {{ counts }} and not coalesce(is_deleted, false)
            then concat_ws(
                '|'
                {%- for figure in figures %},
                coalesce(cast({{ figure }} as varchar), '')
                {%- endfor %}
            )
        else 'out'
    end as figures
from {{ entity }}_landed
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
