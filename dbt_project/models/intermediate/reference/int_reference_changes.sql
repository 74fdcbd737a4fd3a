{%- set models = remembered_models() -%}
{%- set width = 3 -%}
-- depends_on: {{ ref('stg_lake__build_scope') }}
{% for model, columns in models.items() %}
{%- set now = ref(model) -%}
{%- set before = state_schema() ~ '.' ~ model -%}
{%- set list = columns['columns'] | join(', ') -%}
{%- if execute and not build_is_full() %}
select distinct
    '{{ model }}' as model,
    {%- for i in range(width) %}
    {{ 'cast(' ~ columns['find'][i] ~ ' as varchar)' if i < columns['find'] | length else "''" }} as find_{{ i + 1 }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    (select {{ list }} from {{ now }} except select {{ list }} from {{ before }})
    union all
    (select {{ list }} from {{ before }} except select {{ list }} from {{ now }})
) as changed
union all
{%- endif %}
{% endfor %}
select
    cast(null as varchar) as model,
    cast(null as varchar) as find_1,
    cast(null as varchar) as find_2,
    cast(null as varchar) as find_3
where false
