-- What became of each current expense.

with ledger_rows as (

    select distinct
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'expense'

),

current_rows as (

    select * from {{ ref('stg_expense__expenses') }}

)

select
    'expense' as entity,
    current_rows.source_system,
    case
        when ledger_rows.source_id is not null then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.status in ('draft', 'rejected') then 'status ' || current_rows.status
        else 'lost'
    end as fate,
    ledger_rows.source_id is not null as is_in_mart,
    count(*) as rows
from current_rows
left join ledger_rows
    on
        current_rows.source_system = ledger_rows.source_system
        and current_rows.expense_id = ledger_rows.source_id
group by 1, 2, 3, 4
