-- What became of each current invoice line.

with ledger_rows as (

    select distinct
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'invoice_line'

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

current_rows as (

    select * from {{ ref('stg_billing__invoice_lines') }}

)

select
    'invoice_line' as entity,
    current_rows.source_system,
    case
        when ledger_rows.source_id is not null then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when invoices.invoice_id is null then 'invoice never landed'
        when invoices.is_deleted then 'invoice deleted at the source'
        when invoices.status in ('draft', 'on_hold') then 'invoice ' || invoices.status
        when invoices.status = 'void' and invoices.issued_at is null then 'invoice void before it was issued'
        else 'lost'
    end as fate,
    ledger_rows.source_id is not null as is_in_mart,
    count(*) as rows
from current_rows
left join ledger_rows
    on
        current_rows.source_system = ledger_rows.source_system
        and current_rows.invoice_line_id = ledger_rows.source_id
left join invoices
    on
        current_rows.source_system = invoices.source_system
        and current_rows.invoice_id = invoices.invoice_id
group by 1, 2, 3, 4
