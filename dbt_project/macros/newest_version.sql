{#
  A staging model: the newest version of each key of an entity over committed batches. `heavy` ones are kept
  between builds: an increment weighs what new batches brought against the version that stood before, which
  says the same as reading all versions again. They say so themselves (`only_new`, and `new_ids` of the batches), so that
  the others ask nothing of the day.
#}
{% macro newest_version(entity, key, columns, defaults={}, first_of=none, heavy=false, only_new=false, new_ids='-1') -%}
{%- set keys = ['source_system'] + key -%}
{%- set identity = keys | join(', ') -%}
{%- set carried = [
    'source_system', 'updated_at', 'is_deleted', '_batch_id', '_file', '_row', '_ingested_at', '_correlation_id'
] -%}
{%- set firsts = [first_of[1], 'first_landed_at'] if first_of else [] -%}
{%- set committed = ref('stg_lake__committed_batches') -%}
with landed as (
    select
        {%- for column in columns %}
        {% if column in defaults %}coalesce({{ column }}, {{ defaults[column] }}) as {% endif %}{{ column }},
        {%- endfor %}
        {%- for column in carried %}
        {% if column == 'is_deleted' %}coalesce(is_deleted, false) as {% endif %}{{ column }}{{ ',' if not loop.last or firsts }}
        {%- endfor %}
        {%- if first_of %}
        {{ first_of[0] }} as {{ first_of[1] }},
        case when {{ first_of[0] }} is not null then _ingested_at end as first_landed_at
        {%- endif %}
    from {{ source('lake', entity) }}
    where
        {% if only_new -%}
        _batch_id in ({{ new_ids }})
        {%- else -%}
        _batch_id in (select batch_id from {{ committed }}){{ known_at('updated_at', clock='data') }}
        {%- endif %}
    {%- if only_new %}
    union all
    select {{ (columns + carried + firsts) | join(', ') }}
    from {{ this }}
    where ({{ identity }}) in (select {{ identity }} from {{ source('lake', entity) }} where _batch_id in ({{ new_ids }}))
    {%- endif %}
),

{%- if heavy and not only_new %}

repeated as (
    -- most keys came once: only the others are worth sorting
    select {{ identity }}
    from landed
    group by {{ identity }}
    having count(*) > 1
),
{%- endif %}

ranked as (
    select
        *,
        {%- if first_of %}
        min({{ first_of[1] }}) over (partition by {{ identity }}) as first_known,
        min(first_landed_at) over (partition by {{ identity }}) as first_known_landed,
        {%- endif %}
        row_number() over (
            partition by {{ identity }}
            order by updated_at desc nulls last, _batch_id desc, _file desc, _row desc
        ) as version_rank
    from landed
    {%- if heavy and not only_new %}
    where ({{ identity }}) in (select {{ identity }} from repeated)
    {%- endif %}
)

select
    {%- for column in columns + carried %}
    {{ column }}{{ ',' if not loop.last or firsts }}
    {%- endfor %}
    {%- if first_of %}
    first_known as {{ first_of[1] }},
    first_known_landed as first_landed_at
    {%- endif %}
from ranked
where version_rank = 1
{%- if heavy and not only_new %}
union all
select {{ (columns + carried + firsts) | join(', ') }}
from landed
where not exists (
    select 1
    from repeated
    where {% for column in keys %}repeated.{{ column }} = landed.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
)
{%- endif %}
{%- endmacro %}
