-- Rules 16, 17 and 17a: the amount moves, a break in the home cell and the opposite break in the other;
-- what the other cell's own rate makes of it in group currency is the translation difference.

with moved as (

    select * from {{ ref('int_recon_moved') }}

)

select
    match_key,
    category,
    'here|' || legal_entity_key || '|' || project_key || '|' || period_id as leg,
    home_legal_entity_key as legal_entity_key,
    home_project_key as project_key,
    home_period_id as period_id,
    cast(case when not is_two_currencies then moved_transaction end as decimal(18, 2)) as difference_transaction,
    cast(here_functional as decimal(18, 2)) as difference_functional,
    cast(pair_group as decimal(18, 2)) as difference_group,
    cast(moved_hours as decimal(18, 2)) as difference_hours
from moved

union all

select
    match_key,
    category,
    'there',
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then -moved_transaction end as decimal(18, 2)),
    cast(-there_functional as decimal(18, 2)),
    cast(-pair_group as decimal(18, 2)),
    cast(-moved_hours as decimal(18, 2))
from moved

union all

select
    match_key,
    'translation_difference',
    'there',
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then 0 end as decimal(18, 2)),
    cast(0 as decimal(18, 2)),
    cast(pair_group - there_group as decimal(18, 2)),
    cast(0 as decimal(18, 2))
from moved
where pair_group <> there_group
