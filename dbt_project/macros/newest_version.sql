{% macro newest_version(entity, key, columns, defaults={}, first_of=none) -%}
{%- set identity = (['source_system'] + key) | join(', ') -%}
{%- set carried = [
    'source_system', 'updated_at', 'is_deleted', '_batch_id', '_file', '_row', '_ingested_at', '_correlation_id'
] -%}
with landed as (
    select
        {%- for column in columns %}
        {% if column in defaults %}coalesce({{ column }}, {{ defaults[column] }}) as {% endif %}{{ column }},
        {%- endfor %}
        {%- for column in carried %}
        {% if column == 'is_deleted' %}coalesce(is_deleted, false) as {% endif %}{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('lake', entity) }}
    where _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }}){{ known_at('updated_at', clock='data') }}
),

ranked as (
    select
        *,
        {%- if first_of %}
        min({{ first_of[0] }}) over (partition by {{ identity }}) as {{ first_of[1] }},
        {%- endif %}
        row_number() over (
            partition by {{ identity }}
            order by updated_at desc nulls last, _batch_id desc, _file desc, _row desc
        ) as version_rank
    from landed
)

select
    {%- for column in columns + carried + ([first_of[1]] if first_of else []) %}
    {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from ranked
where version_rank = 1
{%- endmacro %}
