-- Rules 18 to 23: the steps that fit a group's difference, in their order, each in amount and in
-- functional currency, rounded on its own.

with reduced as (

    select * from {{ ref('int_recon_reduced') }}

),

rated as (

    select
        *,
        case
            when has_rates and has_hours then {{ divide(wide('p_hours') ~ ' * ' ~ wide('e_amount'), 'e_hours', 2) }}
        end as p_hours_at_o_rate,
        case
            when has_rates and has_hours then {{ divide(wide('p_hours') ~ ' * ' ~ wide('e_functional'), 'e_hours', 2) }}
        end as p_hours_at_o_rate_functional,
        case
            -- the rate of a small amount is too coarse to judge a large one by: within that, the rates are equal
            when
                has_rates
                and abs({{ divide(wide('q_amount') ~ ' * ' ~ wide('e_functional'), 'e_amount', 2) }} - q_functional)
                <= 0.01 + {{ divide("0.01 * abs(" ~ wide('q_amount') ~ ")", 'abs(e_amount)', 2) }}
                and abs(q_amount) > abs(e_amount)
                then q_functional
            when has_rates then {{ divide(wide('q_amount') ~ ' * ' ~ wide('e_functional'), 'e_amount', 2) }}
        end as q_amount_at_o_fx
    from reduced

),

planned as (

    select
        *,
        case
            when has_accrual then 'accrual'
            when is_within_tolerance and is_equal_hours then 'rounding'
            when is_partial and match_kind <> 'term' then 'partially_posted'
            when match_kind = 'term' then 'estimate_difference'
            when has_rates and has_hours and not is_equal_hours and abs(p_hours_at_o_rate - q_amount) <= amount_tolerance
                then 'hours_difference'
            when has_rates and has_hours then 'hours_then_rate'
            -- hours that no rate prices differ all the same
            when is_within_tolerance and not is_equal_hours then 'hours_difference'
            -- a record whose amount finance agrees with, but that no rate translates
            when not has_rates and r_amount = 0 and r_functional <> 0 then 'fx_difference'
            else 'amount_difference'
        end as plan
    from rated

)

select
    *,
    -- the first step: all of the difference in amount, or the part that the hours explain
    case plan
        when 'hours_then_rate' then e_amount - p_hours_at_o_rate
        else r_amount
    end as first_amount,
    case
        when plan in ('rounding', 'accrual') or not has_rates then r_functional
        when plan = 'hours_then_rate' then e_functional - p_hours_at_o_rate_functional
        else e_functional - q_amount_at_o_fx
    end as first_functional,
    case when plan = 'hours_then_rate' then p_hours_at_o_rate - q_amount else 0 end as rate_amount,
    case
        when plan = 'hours_then_rate'
            then {{ divide('(' ~ wide('p_hours') ~ ' * ' ~ wide('e_amount') ~ ' - ' ~ wide('q_amount') ~ ' * ' ~ wide('e_hours') ~ ') * ' ~ wide('e_functional'), wide('e_hours') ~ ' * ' ~ wide('e_amount'), 2) }}
        else 0
    end as rate_functional,
    case
        when plan in ('rounding', 'accrual') or not has_rates then 0
        else q_amount_at_o_fx - q_functional
    end as fx_functional
from planned
