with bills as (
    select * from {{ ref('int_vendor_bills') }}
    where status = 'approved' and not is_deleted
),

contractor_time as (
    select * from {{ ref('int_time_priced') }}
    where worker_type = 'contractor' and not is_deleted and status in ('submitted', 'approved')
),

relief as (
    select * from {{ ref('int_contractor_relief') }}
),

workers as (
    select * from {{ ref('int_workers') }}
),

bill_rows as (
    select
        'bill' as component,
        'vendor_bill' as origin_type,
        'vendor_bill_line' as source_entity,
        bills.source_system,
        bills.bill_line_id as source_id,
        cast(null as varchar) as reverses_id,
        bills.legal_entity_key,
        bills.project_key,
        bills.contract_line_key,
        bills.stated_contract_line_key as named_line_key,
        'none' as worker_key,
        bills.vendor_key,
        cast(null as varchar) as practice,
        cast(null as varchar) as role,
        bills.bill_date as transaction_date,
        bills.first_approved_at as first_known_at,
        bills.currency,
        bills.net_amount as amount_transaction,
        cast(null as decimal(9, 2)) as hours,
        cast(null as decimal(9, 2)) as billable_hours,
        bills.status as source_status,
        cast(null as timestamp with time zone) as submitted_at,
        bills.approved_at,
        bills._batch_id,
        bills._file,
        bills._row
    from bills
),

-- What bills leave of a contractor's entry: all of it, or the difference of those that name it.
time_rows as (
    select
        case when relief.time_entry_id is null then 'unbilled' else 'bill_variance' end as component,
        'time_entry' as origin_type,
        'time_entry' as source_entity,
        contractor_time.source_system,
        contractor_time.time_entry_id as source_id,
        contractor_time.reverses_id,
        contractor_time.legal_entity_key,
        contractor_time.project_key,
        contractor_time.contract_line_key,
        case when contractor_time.contract_line_is_ambiguous then 'none' else contractor_time.contract_line_key end
            as named_line_key,
        contractor_time.worker_key,
        coalesce(workers.vendor_key, 'none') as vendor_key,
        contractor_time.practice,
        contractor_time.role,
        contractor_time.work_date as transaction_date,
        contractor_time.first_submitted_at as first_known_at,
        contractor_time.cost_currency as currency,
        cast(
            contractor_time.cost_transaction - coalesce(relief.relieved_transaction, 0) as decimal(18, 2)
        ) as amount_transaction,
        case when relief.time_entry_id is null then contractor_time.hours end as hours,
        case when relief.time_entry_id is null then contractor_time.billable_hours end as billable_hours,
        contractor_time.status as source_status,
        contractor_time.submitted_at,
        contractor_time.approved_at,
        contractor_time._batch_id,
        contractor_time._file,
        contractor_time._row
    from contractor_time
    left join relief
        on
            contractor_time.source_system = relief.source_system
            and contractor_time.time_entry_id = relief.time_entry_id
    left join workers
        on contractor_time.worker_key = workers.worker_key
    where
        relief.time_entry_id is null
        or contractor_time.cost_transaction is null
        or contractor_time.cost_transaction <> relief.relieved_transaction
)

select * from bill_rows
union all
select * from time_rows
