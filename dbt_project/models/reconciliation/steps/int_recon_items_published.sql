{{ config(materialized='keyed', key=['item_id']) }}
{%- set amounts = ['transaction', 'functional', 'group'] -%}
{%- set is_update = in_increment() -%}
{%- if execute and is_update -%}
    {%- set last = run_query('select max(published_at) from ' ~ this).rows[0][0] -%}
{%- else -%}
    {%- set last = none -%}
{%- endif %}

-- The newest state in which a published mart showed each item, as far as the as-of knows it. The history grows with
-- every publication: an increment reads what was appended since, which is newer than all that stood before.

-- read twice, few columns first: not kept in between
with history as not materialized (

    select * from {{ source('landing', 'recon_item_history') }}
    where
        true {{ known_at('build_time', clock='any') }}
        {% if last -%} and published_at > cast('{{ last }}' as timestamp with time zone) {%- endif %}

),

told as (

    select
        item_id,
        max(row(published_at, run_id)) as newest,
        min(build_time) as first_seen_at
        {%- for amount in amounts %},
        -- what it stood at before it was resolved
        max_by(difference_{{ amount }}, published_at) filter (where status <> 'resolved') as last_difference_{{ amount }}
        {%- endfor %}
    from history
    group by item_id

)

select
    history.*,
    {%- if execute and is_update %}
    least(told.first_seen_at, before.first_seen_at) as first_seen_at
    {%- for amount in amounts %},
    coalesce(told.last_difference_{{ amount }}, before.last_difference_{{ amount }}) as last_difference_{{ amount }}
    {%- endfor %}
    {%- else %}
    told.first_seen_at
    {%- for amount in amounts %},
    told.last_difference_{{ amount }}
    {%- endfor %}
    {%- endif %}
from history
inner join told
    on
        history.item_id = told.item_id
        and row(history.published_at, history.run_id) = told.newest
{%- if execute and is_update %}
left join {{ this }} as before on history.item_id = before.item_id
{%- endif %}
