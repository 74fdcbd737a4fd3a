-- The steps as breaks, and what they leave within their tolerances as rounding.

with factored as (

    select * from {{ ref('int_recon_factored') }}

),

grouped as (

    select * from {{ ref('int_recon_cut_steps') }}

),

explained as (

    select
        match_key,
        count(*) filter (where difference_amount <> 0 or difference_functional <> 0) as step_count,
        max(step) filter (where difference_amount <> 0 or difference_functional <> 0) as last_step,
        sum(difference_amount) as difference_amount,
        sum(difference_functional) as difference_functional,
        sum(difference_group) as difference_group
    from grouped
    group by match_key

),

remainders as (

    select
        factored.*,
        factored.d_amount = explained.difference_amount
        and factored.open_functional = explained.difference_functional
        and explained.last_step is not null
        and abs(factored.open_group - explained.difference_group)
        <= factored.group_tolerance * explained.step_count as is_group_alone,
        factored.d_amount - explained.difference_amount as rest_amount,
        factored.open_functional - explained.difference_functional as rest_functional,
        factored.open_group - explained.difference_group as rest_group,
        explained.last_step,
        greatest(explained.step_count, 1) as step_count
    from factored
    inner join explained on factored.match_key = explained.match_key

),

breaks as (

    -- what is left in group currency alone is translation of the last step, not a difference of its own
    select
        grouped.match_key,
        grouped.category,
        grouped.difference_amount,
        grouped.difference_functional,
        grouped.difference_hours,
        grouped.difference_group
        + case
            when remainders.is_group_alone and grouped.step = remainders.last_step then remainders.rest_group
            else 0
        end as difference_group
    from grouped
    inner join remainders on grouped.match_key = remainders.match_key
    where
        grouped.difference_amount <> 0
        or grouped.difference_functional <> 0
        or grouped.difference_group <> 0
        or grouped.difference_hours <> 0

    union all

    select match_key, 'rounding', rest_amount, rest_functional, 0, rest_group
    from remainders
    where
        (rest_amount <> 0 or rest_functional <> 0 or rest_group <> 0)
        and not is_group_alone
        and abs(rest_amount) <= amount_tolerance * step_count
        and abs(rest_functional) <= functional_tolerance * step_count
        and abs(rest_group) <= group_tolerance * step_count

)

select
    breaks.match_key,
    breaks.category,
    'home' as leg,
    factored.home_legal_entity_key as legal_entity_key,
    factored.home_project_key as project_key,
    factored.home_period_id as period_id,
    cast(case when not factored.is_two_currencies then breaks.difference_amount end as decimal(18, 2)) as difference_transaction,
    cast(breaks.difference_functional as decimal(18, 2)) as difference_functional,
    cast(breaks.difference_group as decimal(18, 2)) as difference_group,
    cast(breaks.difference_hours as decimal(18, 2)) as difference_hours
from breaks
inner join factored on breaks.match_key = factored.match_key
