-- Every submitted or approved entry, expense and approved bill line is in the operational ledger exactly once:
-- hours of employees' time, expenses and bills net of recoverable tax, and contractors' time, which with what
-- bills pay of it makes up its cost. Compared by feed and currency, from the staged rows alone.
with contractors as (
    select
        time_entries.source_system,
        time_entries.time_entry_id,
        time_entries.cost_currency as currency,
        time_entries.cost_transaction
    from {{ ref('int_contractor_time') }} as time_entries
),

expected as (
    select
        'labor hours' as measure,
        time_entries.source_system,
        cast(null as varchar) as currency,
        sum(time_entries.hours) as amount
    from {{ ref('stg_psa__time_entries') }} as time_entries
    left join contractors
        on
            time_entries.source_system = contractors.source_system
            and time_entries.time_entry_id = contractors.time_entry_id
    where
        not time_entries.is_deleted
        and time_entries.status in ('submitted', 'approved')
        and contractors.time_entry_id is null
    group by time_entries.source_system

    union all

    select
        'expenses' as measure,
        source_system,
        currency,
        sum(amount - recoverable_tax) as amount
    from {{ ref('stg_expense__expenses') }}
    where not is_deleted and status in ('submitted', 'approved')
    group by source_system, currency

    union all

    select
        'bills' as measure,
        source_system,
        currency,
        sum(amount - recoverable_tax) as amount
    from {{ ref('stg_procurement__vendor_bill_lines') }}
    where not is_deleted and status = 'approved'
    group by source_system, currency

    union all

    select
        'contractor time' as measure,
        contractors.source_system,
        contractors.currency,
        sum(contractors.cost_transaction) - sum(coalesce(relief.relieved_transaction, 0)) as amount
    from contractors
    left join {{ ref('int_contractor_relief') }} as relief
        on
            contractors.source_system = relief.source_system
            and contractors.time_entry_id = relief.time_entry_id
    where contractors.cost_transaction is not null
    group by contractors.source_system, contractors.currency
),

ledger as (
    select
        case
            when flow = 'labor_cost' then 'labor hours'
            when flow = 'expense_cost' then 'expenses'
            when component = 'bill' then 'bills'
            else 'contractor time'
        end as measure,
        source_system,
        case when flow <> 'labor_cost' then currency end as currency,
        case when flow = 'labor_cost' then hours else amount_transaction end as amount
    from {{ ref('fct_project_ledger') }}
    where basis = 'operational' and flow in ('labor_cost', 'expense_cost', 'vendor_cost')
),

found as (
    select
        measure,
        source_system,
        currency,
        sum(amount) as amount
    from ledger
    group by measure, source_system, currency
)

select
    coalesce(expected.measure, found.measure) as measure,
    coalesce(expected.source_system, found.source_system) as source_system,
    coalesce(expected.currency, found.currency) as currency,
    expected.amount as expected_amount,
    found.amount as found_amount
from expected
full outer join found
    on
        expected.measure = found.measure
        and expected.source_system = found.source_system
        and expected.currency is not distinct from found.currency
where coalesce(expected.amount, 0) <> coalesce(found.amount, 0)
