{{ config(
    materialized='keyed', key=['origin_type', 'source_system', 'origin_id'], touched='int_touched_earnings', remembers=true
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_touched_earnings') }}
-- Grain: one row an entry of int_revenue_earnings. Revenue to date of a capped line stops at the cap in
-- force on each entry's approval date, in the order of approval; the entry's step is what it adds.
with earnings as (
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
            as cap_date
    from earnings
    inner join capped_lines on earnings.contract_line_key = capped_lines.contract_line_key
    cross join build
),

capped as (
    select
        dated.*,
        terms.amount as cap_amount,
        dated.origin_type = 'time_entry' or coalesce(terms.cap_includes_expenses, false) as counts_to_cap
    from dated
    left join terms
        on
            dated.contract_line_key = terms.contract_line_key
            and (dated.cap_date >= terms.effective_from or terms.amendment_no = terms.first_amendment_no)
            and dated.cap_date < terms.effective_to
),

summed as (
    select
        capped.*,
        sum(coalesce(net_amount, 0)) over (
            partition by contract_line_key, counts_to_cap
            order by {{ approval_order() }}
            rows between unbounded preceding and current row
        ) as earned_to_date
    from capped
),

limited as (
    select
        summed.*,
        case when counts_to_cap then least(coalesce(cap_amount, earned_to_date), earned_to_date)
            else earned_to_date end as revenue_to_date
    from summed
),

stepped as (
    select
        origin_type,
        source_system,
        origin_id,
        cast(
            revenue_to_date - coalesce(
                lag(revenue_to_date) over (
                    partition by contract_line_key, counts_to_cap
                    order by {{ approval_order() }}
                ), 0
            ) as decimal(18, 2)
        ) as step_amount
    from limited
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
