-- What the ledger carries of each source, against the source itself.

with ledger as (

    -- summed once, for all that asks below
    select
        source_entity,
        source_system,
        flow,
        basis,
        currency,
        functional_currency,
        sum(hours) as hours,
        sum(amount_transaction) as amount_transaction,
        sum(amount_functional) as amount_functional
    from {{ ref('fct_project_ledger') }}
    group by source_entity, source_system, flow, basis, currency, functional_currency

),

time_entries as (

    select
        source_system,
        sum(hours) as hours,
        sum(
            case
                when (source_system, time_entry_id) in (
                    select source_system, time_entry_id from {{ ref('int_contractor_relief') }}
                ) then hours
            end
        ) as relieved_hours
    from {{ ref('stg_psa__time_entries') }}
    where not is_deleted and status in ('submitted', 'approved')
    group by source_system

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}
    where not is_deleted

),

issued as (

    select
        invoices.currency,
        sum(
            case when invoices.document_type = 'credit_note' then -lines.amount else lines.amount end
            -- what was issued and then voided came in and went out
            * case when invoices.status = 'void' then 0 else 1 end
        ) as amount
    from {{ ref('stg_billing__invoice_lines') }} as lines
    inner join invoices
        on
            lines.source_system = invoices.source_system
            and lines.invoice_id = invoices.invoice_id
    where not lines.is_deleted and invoices.status in ('issued', 'void')
    group by invoices.currency

),

expected as (

    select
        'hours of time entries' as subject,
        source_system as part,
        hours as expected
    from time_entries

    union all

    select
        'net amount of expenses',
        currency,
        sum(amount - recoverable_tax)
    from {{ ref('stg_expense__expenses') }}
    where not is_deleted and status in ('submitted', 'approved')
    group by currency

    union all

    select
        'net amount of vendor bills',
        currency,
        sum(amount - recoverable_tax)
    from {{ ref('stg_procurement__vendor_bill_lines') }}
    where not is_deleted and status = 'approved'
    group by currency

    union all

    select
        'functional amount of GL lines',
        functional_currency,
        sum(flow_sign * functional_amount)
    from {{ ref('int_gl_lines') }}
    where flow is not null
    group by functional_currency

    union all

    select
        'amount of invoice lines',
        currency,
        amount
    from issued

),

found as (

    select
        'hours of time entries' as subject,
        source_system as part,
        sum(hours) as found
    from (
        select source_system, hours from ledger
        where source_entity = 'time_entry' and flow in ('labor_cost', 'vendor_cost') and basis = 'operational'
        union all
        select source_system, relieved_hours from time_entries
    ) as carried
    group by source_system

    union all

    select
        case source_entity
            when 'expense' then 'net amount of expenses'
            when 'vendor_bill_line' then 'net amount of vendor bills'
            else 'amount of invoice lines'
        end,
        currency,
        sum(amount_transaction)
    from ledger
    where
        (source_entity = 'expense' and flow = 'expense_cost')
        or source_entity in ('vendor_bill_line', 'invoice_line')
    group by 1, 2

    union all

    select
        'functional amount of GL lines',
        functional_currency,
        sum(amount_functional)
    from ledger
    where source_entity = 'gl_line'
    group by functional_currency

)

select
    'the ledger carries its source' as check_name,
    coalesce(expected.subject, found.subject) || ', ' || coalesce(expected.part, found.part, '?') as subject,
    coalesce(expected.expected, 0) as expected,
    coalesce(found.found, 0) as found
from expected
full outer join found
    on
        expected.subject = found.subject
        and expected.part = found.part
