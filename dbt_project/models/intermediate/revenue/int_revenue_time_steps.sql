{{ config(
    materialized='keyed', key=['origin_type', 'source_system', 'origin_id'], touched='int_touched_earnings', remembers=true
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_touched_earnings') }}
-- Grain: one row an entry of int_revenue_earnings. Revenue to date of a capped line stops at the cap in
-- force on each entry's approval date, in the order of approval; the entry's step is what it adds. Where an amendment
-- takes expenses into the cap or out of it, the cap in force says so of all entries to date.
with recursive earnings as (
    select * from {{ ref('int_revenue_earnings') }}
),

build as (
    select * from {{ ref('int_build') }}
),

terms as (
    select
        *,
        min(amendment_no) over (partition by contract_line_key) as first_amendment_no
    from {{ ref('int_contract_line_terms') }}
),

-- Only lines that ever had a cap need the running total, which is the costly step.
capped_lines as (
    select distinct contract_line_key
    from terms
    where amount is not null
),

dated as (
    select
        earnings.*,
        {{ local_date('coalesce(earnings.approved_at, build.build_time)', "coalesce(earnings.time_zone, 'UTC')") }}
            as cap_date,
        row_number() over (partition by earnings.contract_line_key order by {{ approval_order() }}) as place
    from earnings
    inner join capped_lines on earnings.contract_line_key = capped_lines.contract_line_key
    cross join build
),

-- A stretch of approvals under caps that treat expenses alike. Within one, what counts together is a track: all
-- entries where the cap includes expenses, else time and, uncapped, expenses.
capped as (
    select
        dated.*,
        terms.amount as cap_amount,
        coalesce(terms.cap_includes_expenses, false) as is_joint,
        dated.origin_type = 'time_entry' as is_time
    from dated
    left join terms
        on
            dated.contract_line_key = terms.contract_line_key
            and (dated.cap_date >= terms.effective_from or terms.amendment_no = terms.first_amendment_no)
            and dated.cap_date < terms.effective_to
),

compared as (
    select
        capped.*,
        lag(is_joint) over (partition by contract_line_key order by place) as was_joint,
        sum(coalesce(net_amount, 0)) over (partition by contract_line_key order by place rows unbounded preceding)
            as earned_in_all,
        sum(coalesce(net_amount, 0)) over (partition by contract_line_key, is_time order by place rows unbounded preceding)
            as earned_alike
    from capped
),

limited as (
    select
        compared.*,
        sum(case when is_joint is distinct from was_joint then 1 else 0 end)
            over (partition by contract_line_key order by place rows unbounded preceding) as stretch,
        not is_joint and not is_time as is_apart,
        case
            when is_joint then least(coalesce(cap_amount, earned_in_all), earned_in_all)
            when is_time then least(coalesce(cap_amount, earned_alike), earned_alike)
            else earned_alike
        end as revenue_to_date
    from compared
),

followed as (
    select
        limited.*,
        lag(revenue_to_date) over (partition by contract_line_key, stretch, is_apart order by place) as revenue_before
    from limited
),

-- What each stretch adds to time and to expenses: its entries' own steps where it has a track's level before them,
-- and the level of each track's first entry, from which what was recognized before the stretch is taken off.
stretches as (
    select
        contract_line_key,
        stretch,
        is_joint,
        sum(case when is_time then revenue_to_date - revenue_before else 0 end) as time_steps,
        sum(case when not is_time then revenue_to_date - revenue_before else 0 end) as expense_steps,
        max(case when revenue_before is null and is_time then revenue_to_date end) as first_time_level,
        max(case when revenue_before is null and not is_time then revenue_to_date end) as first_expense_level
    from followed
    group by contract_line_key, stretch, is_joint
),

-- Revenue of time and of expenses when a stretch began.
begun as (
    select
        contract_line_key,
        stretch,
        cast(0 as decimal(38, 2)) as time_before,
        cast(0 as decimal(38, 2)) as expense_before
    from stretches
    where stretch = 1

    union all

    select
        begun.contract_line_key,
        begun.stretch + 1 as stretch,
        cast(
            begun.time_before + coalesce(stretches.time_steps, 0)
            + case
                when stretches.first_time_level is null then 0
                else stretches.first_time_level - begun.time_before
                    - case when stretches.is_joint then begun.expense_before else 0 end
            end as decimal(38, 2)
        ) as time_before,
        cast(
            begun.expense_before + coalesce(stretches.expense_steps, 0)
            + case
                when stretches.first_expense_level is null then 0
                else stretches.first_expense_level - begun.expense_before
                    - case when stretches.is_joint then begun.time_before else 0 end
            end as decimal(38, 2)
        ) as expense_before
    from begun
    inner join stretches
        on
            begun.contract_line_key = stretches.contract_line_key
            and begun.stretch = stretches.stretch
),

stepped as (
    select
        followed.origin_type,
        followed.source_system,
        followed.origin_id,
        cast(
            followed.revenue_to_date - coalesce(
                followed.revenue_before,
                case when followed.is_joint or followed.is_time then begun.time_before else 0 end
                + case when followed.is_joint or not followed.is_time then begun.expense_before else 0 end
            ) as decimal(18, 2)
        ) as step_amount
    from followed
    inner join begun
        on
            followed.contract_line_key = begun.contract_line_key
            and followed.stretch = begun.stretch
)

select
    earnings.*,
    cast(
        case when earnings.net_amount is not null then coalesce(stepped.step_amount, earnings.net_amount) end
        as decimal(18, 2)
    ) as amount_recognized,
    cast(earnings.net_amount - coalesce(stepped.step_amount, earnings.net_amount) as decimal(18, 2))
        as beyond_cap_amount
from earnings
left join stepped
    on
        earnings.origin_type = stepped.origin_type
        and earnings.source_system = stepped.source_system
        and earnings.origin_id = stepped.origin_id
