-- What became of each current line of the general ledger: the project ledger carries those of the flows.

with ledger_rows as (

    select
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'gl_line'

),

accounts as (

    select * from {{ ref('stg_erp__accounts') }}

),

unbalanced as (

    select * from {{ ref('int_gl_journals_unbalanced') }}

),

current_rows as (

    select
        *,
        (source_system, gl_line_id) in (select source_system, source_id from ledger_rows) as is_in_mart
    from {{ ref('stg_erp__gl_lines') }}

)

select
    'gl_line' as entity,
    current_rows.source_system,
    case
        when current_rows.is_in_mart then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.ledger_id <> 'primary' then 'ledger ' || current_rows.ledger_id
        when coalesce(accounts.is_statistical, false) then 'statistical account'
        when unbalanced.journal_id is not null then 'journal does not balance'
        when accounts.account_id is null then 'account never landed'
        when accounts.account_class not in (
            'services_revenue', 'recurring_revenue', 'reimbursable_revenue', 'labor_cost', 'expense_cost',
            'subcontractor_cost', 'intercompany_revenue', 'intercompany_cost', 'loss_provision'
        ) then 'account class ' || accounts.account_class
        else 'lost'
    end as fate,
    current_rows.is_in_mart,
    count(*) as rows
from current_rows
left join accounts
    on
        current_rows.source_system = accounts.source_system
        and current_rows.account_id = accounts.account_id
left join unbalanced
    on
        current_rows.source_system = unbalanced.source_system
        and current_rows.legal_entity_id = unbalanced.legal_entity_id
        and current_rows.journal_id = unbalanced.journal_id
group by 1, 2, 3, 4
