-- What became of each current vendor bill line.

with ledger_rows as (

    select distinct
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'vendor_bill_line'

),

current_rows as (

    select * from {{ ref('stg_procurement__vendor_bill_lines') }}

)

select
    'vendor_bill_line' as entity,
    current_rows.source_system,
    case
        when ledger_rows.source_id is not null then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.status in ('draft', 'void') then 'status ' || current_rows.status
        else 'lost'
    end as fate,
    ledger_rows.source_id is not null as is_in_mart,
    count(*) as rows
from current_rows
left join ledger_rows
    on
        current_rows.source_system = ledger_rows.source_system
        and current_rows.bill_line_id = ledger_rows.source_id
group by 1, 2, 3, 4
