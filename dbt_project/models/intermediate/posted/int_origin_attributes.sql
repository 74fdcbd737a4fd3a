-- What a posting's origin says of itself, for what the ledger line leaves unsaid.
select
    'time_entry' as origin_type,
    source_system as origin_system,
    time_entry_id as origin_id,
    project_key,
    contract_line_key,
    worker_key,
    'none' as vendor_key,
    practice,
    role,
    hours,
    billable_hours
from {{ ref('int_time_priced') }}

union all

select
    'expense' as origin_type,
    source_system as origin_system,
    expense_id as origin_id,
    project_key,
    contract_line_key,
    worker_key,
    'none' as vendor_key,
    practice,
    role,
    cast(null as decimal(9, 2)) as hours,
    cast(null as decimal(9, 2)) as billable_hours
from {{ ref('int_expense_priced') }}

union all

select
    'vendor_bill' as origin_type,
    source_system as origin_system,
    bill_line_id as origin_id,
    project_key,
    contract_line_key,
    'none' as worker_key,
    vendor_key,
    'none' as practice,
    'none' as role,
    cast(null as decimal(9, 2)) as hours,
    cast(null as decimal(9, 2)) as billable_hours
from {{ ref('int_vendor_bills') }}

union all

select
    origin_type,
    source_system as origin_system,
    origin_id,
    project_key,
    contract_line_key,
    'none' as worker_key,
    'none' as vendor_key,
    'none' as practice,
    'none' as role,
    cast(null as decimal(9, 2)) as hours,
    cast(null as decimal(9, 2)) as billable_hours
from {{ ref('int_revenue_origins') }}
