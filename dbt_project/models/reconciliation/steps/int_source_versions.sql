-- All landed versions of time entries and expenses that have more than one, with the figures of each as one
-- text: what counts is whether a figure changed, not that a row was sent again.

{%- set origins = [
    ['time_entry', 'time_entry_id', ['project_id', 'employee_id', 'work_date', 'hours', 'billable_hours', 'contract_line_id', 'bill_rate']],
    ['expense', 'expense_id', ['project_id', 'employee_id', 'expense_date', 'amount', 'recoverable_tax', 'currency', 'contract_line_id']],
] %}

with
{%- for entity, id, figures in origins %}
{{ entity }}_landed as (

    select
        *,
        count(*) over (partition by source_system, {{ id }}) as version_count
    from {{ source('lake', entity) }}
    where
        _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}

){{ ',' if not loop.last }}
{%- endfor %}
{% for entity, id, figures in origins %}
select
    '{{ entity }}' as origin_type,
    source_system as origin_system,
    {{ id }} as origin_id,
    updated_at,
    concat_ws(
        '|',
        case when status in ('submitted', 'approved') and not coalesce(is_deleted, false) then 'counts' else 'out' end
        {%- for figure in figures %},
        coalesce(cast({{ figure }} as varchar), '')
        {%- endfor %}
    ) as figures
from {{ entity }}_landed
where version_count > 1
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
