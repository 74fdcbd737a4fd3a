with bills as (
    select * from {{ ref('int_vendor_bills') }}
    where status = 'approved' and not is_deleted
),

time_entries as (
    select * from {{ ref('int_contractor_time') }}
),

sources as (
    select * from {{ ref('stg_procurement__vendor_bill_sources') }}
    where not is_deleted
),

named as (
    select * from {{ ref('int_vendor_bill_time_named') }}
),

-- An order line's id means one order only where a single procurement system uses it.
orders as (
    select po_line_id
    from bills
    where po_line_id is not null
    group by po_line_id
    having min(source_system) = max(source_system)
),

-- A bill line that names no entry is for its order line's approved entries that no earlier bill names:
-- each goes to the first such bill dated on or after its work.
order_candidates as (
    select
        bills.source_system,
        bills.bill_line_id,
        bills.bill_date,
        bills.currency,
        bills.net_amount,
        time_entries.source_system as time_system,
        time_entries.time_entry_id,
        time_entries.cost_functional,
        row_number() over (
            partition by time_entries.source_system, time_entries.time_entry_id
            order by bills.bill_date, bills.source_system, bills.bill_line_id
        ) as turn
    from bills
    left join (select distinct source_system, bill_line_id from sources) as itemised
        on
            bills.source_system = itemised.source_system
            and bills.bill_line_id = itemised.bill_line_id
    inner join orders
        on bills.po_line_id = orders.po_line_id
    inner join time_entries
        on
            bills.po_line_id = time_entries.po_line_id
            and bills.bill_date >= time_entries.work_date
            and time_entries.status = 'approved'
            and time_entries.cost_functional is not null
    where itemised.bill_line_id is null
),

by_order as (
    select candidates.*
    from order_candidates as candidates
    left join
        (
            select
                time_system,
                time_entry_id,
                min(bill_date) as first_bill_date
            from named
            group by time_system, time_entry_id
        ) as earlier
        on
            candidates.time_system = earlier.time_system
            and candidates.time_entry_id = earlier.time_entry_id
            and candidates.bill_date >= earlier.first_bill_date
    where candidates.turn = 1 and earlier.time_entry_id is null
),

-- Spread by cost; each share is the step of the rounded running total, so that they add up to the line.
running as (
    select
        *,
        cast(sum(cost_functional) over (partition by source_system, bill_line_id) as decimal(18, 2)) as total_cost,
        cast(
            sum(cost_functional) over (
                partition by source_system, bill_line_id
                order by time_system, time_entry_id
                rows between unbounded preceding and current row
            ) as decimal(18, 2)
        ) as cost_to_here
    from by_order
)

select
    source_system,
    bill_line_id,
    bill_date,
    currency,
    time_system,
    time_entry_id,
    cast(
        {{ divide('net_amount * cost_to_here', 'total_cost', 2) }}
        - {{ divide('net_amount * (cost_to_here - cost_functional)', 'total_cost', 2) }}
        as decimal(18, 2)
    ) as amount,
    'order' as named_by
from running
where total_cost <> 0
