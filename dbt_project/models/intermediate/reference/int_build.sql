with landed as (
    select max(max_updated_at) as newest_change
    from {{ ref('stg_lake__committed_batches') }}
),

clock as (
    select
        {% if as_of() is not none -%}
            cast('{{ as_of() }}' as timestamp with time zone) as as_of,
        {%- else -%}
            cast(null as timestamp with time zone) as as_of,
        {%- endif %}
        {% if env_var('TIEOUT_CLOCK', 'now') == 'data' -%}
            newest_change
        {%- else -%}
            cast('{{ run_started_at }}' as timestamp with time zone)
        {%- endif %} as moment
    from landed
)

select
    -- only when it is run: what is asked of the environment while dbt parses makes it parse anew when it changes
    '{% if execute %}{{ env_var("TIEOUT_RUN_ID", "") or invocation_id }}{% endif %}' as run_id,
    coalesce(as_of, moment, cast('{{ run_started_at }}' as timestamp with time zone)) as build_time,
    cast(coalesce(as_of, moment, cast('{{ run_started_at }}' as timestamp with time zone)) as date) as build_date,
    as_of,
    '{{ env_var("TIEOUT_GROUP_CURRENCY", "EUR") }}' as group_currency
from clock
