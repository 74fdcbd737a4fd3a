-- Groups with both sides that differ in the home cell, measured for the formulas: o operational, p posted,
-- H hours, A amount, in the currency that the two sides share (else the functional one with rate 1).

with home as (

    select * from {{ ref('int_recon_home') }}
    where
        compared_as = 'both'
        and (
            open_transaction <> 0 or open_functional <> 0 or open_group <> 0
            or open_hours <> 0
        )

),

-- what delivery took off its own figures, by adjustment or because the cap was reached
reductions as (

    select * from {{ ref('int_revenue_reductions') }}

),

tolerances as (

    select * from {{ ref('int_recon_tolerances') }}

),

build as (

    select * from {{ ref('int_build') }}

),

sides as (

    select
        home.*,
        case when home.is_two_currencies then home.home_functional else home.home_transaction end as o_amount,
        home.home_functional as o_functional,
        case when home.is_two_currencies then home.open_functional else home.open_transaction end as d_amount,
        case
            when home.is_two_currencies then home.home_functional - home.open_functional
            else home.home_transaction - home.open_transaction
        end as p_amount,
        home.home_functional - home.open_functional as p_functional,
        coalesce(home.operational_hours, 0) as o_hours,
        case when home.is_hours_told then home.posted_hours end as p_hours,
        coalesce(transaction_tolerances.amount, functional_tolerances.amount, 0) as amount_tolerance,
        coalesce(functional_tolerances.amount, 0) as functional_tolerance,
        coalesce(group_tolerances.amount, 0) as group_tolerance,
        group_rates.average_rate as group_rate,
        coalesce(reductions.adjustment_amount, 0) as adjustment_amount,
        coalesce(reductions.adjustment_hours, 0) as adjustment_hours,
        coalesce(reductions.beyond_cap_amount, 0) as beyond_cap_amount
    from home
    cross join build
    left join reductions
        on
            home.flow in ('revenue', 'billing')
            and not home.is_two_currencies
            and home.match_origin_type = reductions.origin_type
            and home.match_origin_system = reductions.origin_system
            and home.match_origin_id = reductions.origin_id
    {{ group_rate_join(
        'group_rates', 'home.home_legal_entity_key', 'home.home_period_id', 'home.functional_currency'
    ) }}
    left join tolerances as transaction_tolerances
        on
            home.flow = transaction_tolerances.flow
            and case when home.is_two_currencies then home.functional_currency else home.currency end
            = transaction_tolerances.currency
    left join tolerances as functional_tolerances
        on home.flow = functional_tolerances.flow and home.functional_currency = functional_tolerances.currency
    left join tolerances as group_tolerances
        on home.flow = group_tolerances.flow and build.group_currency = group_tolerances.currency

)

select * from sides
