{{ config(materialized='keyed', key=['origin_type', 'origin_system', 'origin_id']) }}
-- All landed versions of time entries, expenses, bill lines and milestones that have more than one, with the figures of
-- each as one text: what counts is whether a figure changed, not that a row was sent again.

{%- set billable = 'coalesce(billable_hours, case when is_billable then hours else 0 end)' -%}
{%- set rate_currency = 'case when bill_rate is not null then currency end' -%}
{%- set tax = "coalesce(recoverable_tax, cast('0' as decimal(18, 2)))" -%}
{#- Of each: figures of what it costs, and where it can be sold when, and of what it is sold for. -#}
{%- set origins = [
    ['time_entry', 'time_entry', 'time_entry_id', "status in ('submitted', 'approved')", 'work_date',
        ['project_id', 'employee_id', 'work_date', 'hours'],
        'is_billable and ' ~ billable ~ ' <> 0', ['is_billable', billable, 'contract_line_id', 'bill_rate', rate_currency], ['project_id', 'employee_id']],
    ['expense', 'expense', 'expense_id', "status in ('submitted', 'approved')", 'expense_date',
        ['project_id', 'employee_id', 'expense_date', 'amount', tax, 'currency'],
        'is_billable', ['is_billable', 'contract_line_id'], ['project_id', 'employee_id']],
    ['vendor_bill', 'vendor_bill_line', 'bill_line_id', "status = 'approved'", 'bill_date',
        ['legal_entity_id', 'project_id', 'po_line_id', 'bill_date', 'amount', tax, 'currency', 'contract_line_id'],
        none, [], ['legal_entity_id']],
    ['milestone', 'milestone', 'milestone_id', "status = 'completed'", 'completed_at',
        ['project_id', 'completed_at', 'amount', 'currency', 'contract_line_id'], none, [], ['project_id']],
] %}

{%- set is_update = in_increment() %}
{%- set new_ids = new_batches() %}
{%- set committed = ref('stg_lake__committed_batches') %}

with
{%- for origin, entity, id, counts, day, costs, is_sold, sales, books in origins %}
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
{% for origin, entity, id, counts, day, costs, is_sold, sales, books in origins %}
select
    '{{ origin }}' as origin_type,
    source_system as origin_system,
    {{ id }} as origin_id,
    updated_at,
    -- of a milestone the moment, of which the books' own time zone makes a day
    {% if day == 'completed_at' %}cast(null as date){% else %}{{ day }}{% endif %} as dated_on,
    {% if day == 'completed_at' %}completed_at{% else %}cast(null as timestamp with time zone){% endif %} as dated_at,
    -- whose books the version stood in, by the ids that say so
    {%- for id_of_books in ['legal_entity_id', 'project_id', 'employee_id'] %}
    {% if id_of_books in books %}{{ id_of_books }}{% else %}cast(null as varchar) as {{ id_of_books }}{% endif %},
    {%- endfor %}
    -- whatever else is edited in a row that counts for nothing changes no figure
    {%- for name, condition, figures in [
        ('figures', none, costs + sales), ('cost_figures', none, costs), ('revenue_figures', is_sold, costs + sales)
    ] %}
    {%- if name == 'revenue_figures' and not condition %}
    'out' as {{ name }},
    {%- else %}
    case
        when {{ counts }} and not coalesce(is_deleted, false){{ ' and ' ~ condition if condition }}
            then concat_ws(
                '|'
                {%- for figure in figures %},
                coalesce(cast({{ figure }} as varchar), '')
                {%- endfor %}
            )
        else 'out'
    end as {{ name }},
    {%- endif %}
    {%- endfor %}
    _batch_id
from {{ entity }}_landed
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
