with movements as (
    select * from {{ ref('int_contract_movements') }}
),

positions as (
    select
        position_key,
        legal_entity_key,
        position_currency,
        functional_currency,
        max(books_key) as books_key,
        max(customer_key) as customer_key,
        min(row_period_end) as first_period_end
    from movements
    group by 1, 2, 3, 4
),

-- Every period from the first movement on has a row, so that an opening is always the closing before it; up to the day
-- where the contract's books are kept, as in the metrics: rows of a contract in books that have passed midnight wait for it.
periods as (
    select
        positions.*,
        periods.period_id,
        periods.end_date as period_end
    from positions
    inner join {{ ref('int_today') }} as build on positions.books_key = build.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            positions.legal_entity_key = periods.legal_entity_key
            and positions.first_period_end <= periods.end_date
            and build.build_date >= periods.start_date
),

bases as (
    select 'cross_basis' as basis
    union all
    select 'finance_posted' as basis
),

moved as (
    select
        bases.basis,
        periods.position_key,
        periods.legal_entity_key,
        periods.position_currency,
        periods.functional_currency,
        periods.customer_key,
        periods.period_id,
        periods.period_end,
        {%- for suffix in ['', '_functional', '_group'] %}
        coalesce(case when bases.basis = 'cross_basis' then movements.earned{{ suffix }} else movements.recognized{{ suffix }} end, 0)
            as net{{ suffix }},
        coalesce(movements.billed{{ suffix }}, 0) as billed{{ suffix }},
        {%- endfor %}
        case when bases.basis = 'cross_basis' then coalesce(movements.adjusted_off_functional, 0) else 0 end
            as written_off_functional,
        case when bases.basis = 'cross_basis' then coalesce(movements.adjusted_off_group, 0) else 0 end as written_off_group
    from periods
    cross join bases
    left join movements
        on
            periods.position_key = movements.position_key
            and periods.legal_entity_key = movements.legal_entity_key
            and periods.position_currency = movements.position_currency
            and periods.functional_currency = movements.functional_currency
            and periods.period_id = movements.period_id
),

closed as (
    select
        moved.*,
        sum(net - billed) over to_date as closing_contract,
        case
            when position_currency = functional_currency then sum(net - billed) over to_date
            -- rates as whole numbers: their quotient is never rounded
            else {{ share_of(
                'sum(net - billed) over to_date',
                'group_rates.closing_rate * 1000000', 'functional_rates.closing_rate * 1000000'
            ) }}
        end as closing_functional,
        {{ translate('sum(net - billed) over to_date', 'group_rates.closing_rate') }} as closing_group
    from moved
    {{ group_rate_join('group_rates', 'moved.legal_entity_key', 'moved.period_id', 'moved.position_currency') }}
    {{ group_rate_join('functional_rates', 'moved.legal_entity_key', 'moved.period_id', 'moved.functional_currency') }}
    window to_date as (
        partition by basis, position_key, moved.legal_entity_key, position_currency, functional_currency
        order by period_end rows unbounded preceding
    )
),

opened as (
    select
        closed.*,
        lag(closing_contract, 1, 0) over by_period as opening_contract,
        lag(closing_functional, 1, 0) over by_period as opening_functional,
        lag(closing_group, 1, 0) over by_period as opening_group
    from closed
    window by_period as (
        partition by basis, position_key, legal_entity_key, position_currency, functional_currency order by period_end
    )
)

select
    opened.basis,
    opened.position_key as contract_key,
    opened.legal_entity_key,
    opened.customer_key,
    opened.period_id,
    opened.period_end,
    opened.position_currency as contract_currency,
    opened.functional_currency,
    cast(opening_contract as decimal(18, 2)) as opening_contract,
    cast(closing_contract as decimal(18, 2)) as closing_contract,
    cast(opening_functional as decimal(18, 2)) as opening_functional,
    cast(net_functional + written_off_functional as decimal(18, 2)) as recognized_functional,
    cast(billed_functional as decimal(18, 2)) as billed_functional,
    cast(written_off_functional as decimal(18, 2)) as written_off_functional,
    cast(closing_functional - opening_functional - net_functional + billed_functional as decimal(18, 2))
        as translation_functional,
    cast(closing_functional as decimal(18, 2)) as closing_functional,
    cast(opening_group as decimal(18, 2)) as opening_group,
    cast(net_group + written_off_group as decimal(18, 2)) as recognized_group,
    cast(billed_group as decimal(18, 2)) as billed_group,
    cast(written_off_group as decimal(18, 2)) as written_off_group,
    cast(closing_group - opening_group - net_group + billed_group as decimal(18, 2)) as translation_group,
    cast(closing_group as decimal(18, 2)) as closing_group,
    {{ ledger_worth('opened.basis') }} as gl_status
from opened
{{- ledger_worth_join('opened', to_date=true) }}
