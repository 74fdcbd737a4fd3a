{{ config(materialized='keyed', key=['item_id']) }}
{%- set amounts = ['transaction', 'functional', 'group'] -%}
{%- set is_update = in_increment() -%}
{%- if execute and is_update -%}
    {%- set last = run_query('select max(published_at) from ' ~ this).rows[0][0] -%}
{%- else -%}
    {%- set last = none -%}
{%- endif %}

-- The newest state in which a published mart showed each item, as far as the as-of knows it. The history grows with
-- every publication: an increment reads what was appended since, and weighs it against what stood before.

with history as (

    select * from {{ source('landing', 'recon_item_history') }}
    where
        true {{ known_at('build_time', clock='any') }}
        {% if last -%} and published_at > cast('{{ last }}' as timestamp with time zone) {%- endif %}

),

shown as (

    select
        *,
        build_time as first_seen_at
        {%- for amount in amounts %},
        cast(null as decimal(18, 2)) as known_{{ amount }}
        {%- endfor %}
    from history
    {%- if execute and is_update %}
    union all
    select
        {{ all_but(['newest', 'last_difference_transaction', 'last_difference_functional', 'last_difference_group']) }}
        {%- for amount in amounts %},
        last_difference_{{ amount }} as known_{{ amount }}
        {%- endfor %}
    from {{ this }}
    where item_id in (select item_id from history)
    {%- endif %}

),

ranked as (

    select
        {{ all_but(['first_seen_at', 'known_transaction', 'known_functional', 'known_group']) }},
        min(first_seen_at) over (partition by item_id) as first_seen_at,
        {%- for amount in amounts %}
        max(known_{{ amount }}) over (partition by item_id) as known_{{ amount }},
        {%- endfor %}
        row_number() over (partition by item_id order by published_at desc, run_id desc) as newest
    from shown

),

-- what it stood at before it was resolved
standing as (

    select
        item_id
        {%- for amount in amounts %},
        max_by(difference_{{ amount }}, published_at) as last_difference_{{ amount }}
        {%- endfor %}
    from history
    where status <> 'resolved'
    group by item_id

)

select
    {{ all_but(['known_transaction', 'known_functional', 'known_group'], 'ranked') }}
    {%- for amount in amounts %},
    coalesce(standing.last_difference_{{ amount }}, ranked.known_{{ amount }}) as last_difference_{{ amount }}
    {%- endfor %}
from ranked
left join standing on ranked.item_id = standing.item_id
where ranked.newest = 1
