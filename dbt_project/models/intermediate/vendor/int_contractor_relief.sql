-- What approved bills have already brought of a contractor's entry, in the entry's own currency: a bill in
-- another currency is converted at the daily rate of its date.
with bill_time as (
    select * from {{ ref('int_vendor_bill_time') }}
),

time_entries as (
    select * from {{ ref('int_contractor_time') }}
)

select
    bill_time.time_system as source_system,
    bill_time.time_entry_id,
    cast(
        sum({{ translate('bill_time.amount', fx_rate('rates', 'bill_time.currency', 'time_entries.cost_currency')) }})
        as decimal(18, 2)
    ) as relieved_transaction,
    count(*) as bill_line_count
from bill_time
inner join time_entries
    on
        bill_time.time_system = time_entries.source_system
        and bill_time.time_entry_id = time_entries.time_entry_id
{{ fx_join('rates', 'bill_time.currency', 'time_entries.cost_currency', 'bill_time.bill_date') }}
group by bill_time.time_system, bill_time.time_entry_id
