-- Rules 14, 15 and 18 to 23: one row a step that explains part of a group's difference.

with factored as (

    select
        factored.*,
        -- what an accrual leaves may stand as long as the accrual itself
        coalesce(periods.accrual_ends_on < {{ local_date('build.build_time', 'periods.time_zone') }}, false) as is_overdue
    from {{ ref('int_recon_factored') }} as factored
    cross join {{ ref('int_build') }} as build
    left join {{ ref('int_recon_accrual_ends') }} as periods
        on
            factored.home_legal_entity_key = periods.legal_entity_key
            and factored.home_period_id = periods.period_id

),

steps as (

    select
        match_key,
        -1 as step,
        'written_down' as category,
        written_amount as difference_amount,
        written_functional as difference_functional,
        written_hours as difference_hours
    from factored

    union all

    select match_key, 0, 'cap_exceeded', capped_amount, capped_functional, 0 from factored

    union all

    select
        match_key,
        1 as step,
        case
            when plan = 'hours_then_rate' then 'hours_difference'
            when plan = 'accrual' and is_overdue then 'accrual_not_reversed'
            else plan
        end as category,
        first_amount as difference_amount,
        first_functional as difference_functional,
        -- whatever explains the first part of the money explains the hours
        open_hours - written_hours as difference_hours
    from factored

    union all

    select match_key, 2, 'rate_difference', rate_amount, rate_functional, 0 from factored

    union all

    select match_key, 3, 'fx_difference', 0, fx_functional, 0 from factored

),

grouped as (

    select
        steps.*,
        case
            when steps.step > 0 and (factored.plan in ('rounding', 'accrual') or not factored.has_rates)
                then case when steps.step = 1 then factored.r_group else 0 end
            else coalesce({{ translate('steps.difference_functional', 'factored.group_rate') }}, 0)
        end as difference_group
    from steps
    inner join factored on steps.match_key = factored.match_key

)

select * from grouped
