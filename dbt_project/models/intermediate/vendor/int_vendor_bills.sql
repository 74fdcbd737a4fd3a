with bills as (
    select * from {{ ref('stg_procurement__vendor_bill_lines') }}
),

orders as (
    select * from {{ ref('stg_procurement__purchase_order_lines') }}
),

-- A bill line that names no project is for the project its order was placed for.
stated as (
    select
        bills.source_system,
        bills.bill_line_id,
        bills.bill_id,
        bills.po_line_id,
        bills.vendor_id,
        coalesce(bills.project_id, orders.project_id) as project_id,
        bills.legal_entity_id,
        bills.contract_line_id,
        bills.bill_date,
        cast(bills.amount - bills.recoverable_tax as decimal(18, 2)) as net_amount,
        bills.currency,
        bills.status,
        bills.approved_at,
        bills.first_approved_at,
        bills.is_deleted,
        bills._batch_id,
        bills._file,
        bills._row
    from bills
    left join orders
        on
            bills.source_system = orders.source_system
            and bills.po_line_id = orders.po_line_id
),

resolved as (
    select
        stated.*,
        {{ resolved_key('stated.legal_entity_id', 'entity_map') }} as legal_entity_key,
        {{ resolved_key('stated.project_id', 'project_map') }} as project_key,
        {{ resolved_key('stated.vendor_id', 'vendor_map') }} as vendor_key,
        {{ resolved_key('stated.contract_line_id', 'contract_line_map') }} as stated_contract_line_key
    from stated
    {{ resolve_join('legal_entity', 'entity_map', 'stated.source_system', 'stated.legal_entity_id', 'stated.bill_date') }}
    {{ resolve_join('project', 'project_map', 'stated.source_system', 'stated.project_id', 'stated.bill_date') }}
    {{ resolve_join('vendor', 'vendor_map', 'stated.source_system', 'stated.vendor_id', 'stated.bill_date') }}
    {{ resolve_join('contract_line', 'contract_line_map', 'stated.source_system', 'stated.contract_line_id', 'stated.bill_date') }}
),

project_lines as (
    select * from {{ ref('int_project_lines') }}
)

select
    resolved.*,
    case
        when resolved.stated_contract_line_key <> 'none' then resolved.stated_contract_line_key
        when project_lines.candidate_count > 1 then 'unmapped'
        else coalesce(project_lines.contract_line_key, 'none')
    end as contract_line_key,
    resolved.stated_contract_line_key = 'none' and coalesce(project_lines.candidate_count, 0) > 1
        as contract_line_is_ambiguous
from resolved
left join project_lines
    on resolved.project_key = project_lines.project_key
