-- All cuts together, and whatever they leave of a cell as `unclassified`: by this row the bridge always closes.

with cuts as (
{% for family in ['duplicates', 'posted_only', 'moved', 'unposted', 'priced', 'pools', 'legs'] %}
    select match_key, category, leg, legal_entity_key, project_key, period_id, difference_transaction, difference_functional, difference_group, difference_hours
    from {{ ref('int_recon_cut_' ~ family) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
),

cells as (

    select * from {{ ref('int_recon_cells') }}

),

compared as (

    select match_key, is_two_currencies from {{ ref('int_recon_compared') }}

),

explained as (

    select
        match_key,
        legal_entity_key,
        project_key,
        period_id,
        sum(difference_transaction) as difference_transaction,
        sum(difference_functional) as difference_functional,
        sum(difference_group) as difference_group,
        sum(difference_hours) as difference_hours
    from cuts
    group by match_key, legal_entity_key, project_key, period_id

),

rests as (

    select
        cells.match_key,
        cells.legal_entity_key,
        cells.project_key,
        cells.period_id,
        coalesce(compared.is_two_currencies, false) as is_two_currencies,
        {%- for amount in ['transaction', 'functional', 'group'] %}
        cells.operational_{{ amount }} - cells.posted_{{ amount }} - cells.duplicate_{{ amount }}
        - coalesce(explained.difference_{{ amount }}, 0) as rest_{{ amount }},
        {%- endfor %}
        cells.operational_hours - cells.posted_hours - cells.duplicate_hours
        - coalesce(explained.difference_hours, 0) as rest_hours
    from cells
    left join compared on cells.match_key = compared.match_key
    left join explained
        on
            cells.match_key = explained.match_key
            and cells.legal_entity_key = explained.legal_entity_key
            and cells.project_key = explained.project_key
            and cells.period_id = explained.period_id

)

select
    match_key, category, leg, legal_entity_key, project_key, period_id, difference_transaction, difference_functional, difference_group, difference_hours
from cuts
where
    coalesce(difference_transaction, 0) <> 0
    or difference_functional <> 0
    or difference_group <> 0
    or difference_hours <> 0

union all

select
    match_key,
    'unclassified',
    'home',
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then rest_transaction end as decimal(18, 2)),
    cast(rest_functional as decimal(18, 2)),
    cast(rest_group as decimal(18, 2)),
    cast(rest_hours as decimal(18, 2))
from rests
where
    rest_functional <> 0
    or rest_group <> 0
    or rest_hours <> 0
    or (rest_transaction <> 0 and not is_two_currencies)
