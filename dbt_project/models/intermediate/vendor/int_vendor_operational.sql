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

entities as (
    select * from {{ ref('int_legal_entities') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

bill_rows as (
    select
        'bill' as component,
        'vendor_bill' as origin_type,
        'vendor_bill_line' as source_entity,
        bills.source_system,
        bills.bill_line_id as source_id,
        cast(null as {{ dbt.type_string() }}) as reverses_id,
        bills.legal_entity_key,
        bills.project_key,
        bills.contract_line_key,
        bills.stated_contract_line_key as named_line_key,
        'none' as worker_key,
        bills.vendor_key,
        cast(null as {{ dbt.type_string() }}) as practice,
        cast(null as {{ dbt.type_string() }}) as role,
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
),

stated as (
    select * from bill_rows
    union all
    select * from time_rows
),

dated as (
    select
        stated.*,
        entities.region,
        entities.functional_currency,
        projects.customer_key,
        projects.billing_model,
        projects.practice as project_practice,
        coalesce(work_periods.period_id, 'none') as work_period_id,
        {{ shifted_period('work_periods', 'shifts') }} as period_id,
        {{ translate('stated.amount_transaction', fx_rate('fx', 'stated.currency', 'entities.functional_currency')) }}
            as amount_functional
    from stated
    left join entities
        on stated.legal_entity_key = entities.legal_entity_key
    left join projects
        on stated.project_key = projects.project_key
    {{ work_period_join('work_periods', 'stated.legal_entity_key', 'stated.transaction_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'stated.legal_entity_key', 'stated.first_known_at') }}
    {{ fx_join('fx', 'stated.currency', 'entities.functional_currency', 'stated.transaction_date') }}
),

final as (
    select
        'vendor_cost:' || dated.source_entity || ':' || dated.source_system || ':' || dated.source_id as ledger_id,
        'vendor_cost' as flow,
        dated.component,
        dated.origin_type,
        dated.source_system as origin_system,
        dated.source_id as origin_id,
        'line' as origin_level,
        dated.source_entity,
        dated.source_system,
        dated.source_id,
        dated.reverses_id,
        dated.legal_entity_key,
        dated.project_key,
        dated.contract_line_key,
        coalesce(dated.customer_key, 'none') as customer_key,
        dated.worker_key,
        dated.vendor_key,
        dated.region,
        coalesce(dated.practice, dated.project_practice, 'none') as practice,
        coalesce(dated.role, 'none') as role,
        coalesce(dated.billing_model, 'none') as billing_model,
        dated.transaction_date,
        dated.work_period_id,
        dated.period_id,
        dated.currency,
        dated.functional_currency,
        dated.amount_transaction,
        dated.amount_functional,
        {{ translate('dated.amount_functional', 'group_rates.average_rate') }} as amount_group,
        coalesce(group_rates.is_provisional, false) as is_group_rate_provisional,
        dated.hours,
        dated.billable_hours,
        dated.source_status,
        dated.submitted_at,
        dated.approved_at,
        {{ unmapped_members({
            'legal_entity': 'dated.legal_entity_key',
            'project': 'dated.project_key',
            'employee': 'dated.worker_key',
            'vendor': 'dated.vendor_key',
            'contract_line': 'dated.named_line_key',
        }) }} as unmapped_members,
        dated._batch_id,
        dated._file,
        dated._row
    from dated
    {{ group_rate_join(
        'group_rates', 'dated.legal_entity_key', 'dated.period_id', 'dated.functional_currency'
    ) }}
)

select {{ ledger_columns('operational', absent=['counterparty_entity_key', 'revenue_stream']) }}
from final
