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
)

select
    bills.source_system,
    bills.bill_line_id,
    bills.bill_date,
    bills.currency,
    time_entries.source_system as time_system,
    time_entries.time_entry_id,
    sources.amount,
    'source' as named_by
from bills
inner join sources
    on
        bills.source_system = sources.source_system
        and bills.bill_line_id = sources.bill_line_id
inner join time_entries
    on
        sources.origin_system = time_entries.source_system
        and sources.time_entry_id = time_entries.time_entry_id
