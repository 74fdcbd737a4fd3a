-- Every cent of every balanced journal on a project account is in the ledger, and nothing else: by entity and
-- account class, from the staged lines alone against the finished mart.
with accounts as (
    select * from {{ ref('stg_erp__accounts') }}
),

lines as (
    select
        lines.source_system,
        lines.legal_entity_id,
        lines.journal_id,
        accounts.account_class,
        sum(lines.functional_amount) as functional_amount,
        sum(sum(lines.functional_amount)) over (
            partition by lines.source_system, lines.legal_entity_id, lines.journal_id
        ) as imbalance
    from {{ ref('stg_erp__gl_lines') }} as lines
    left join accounts
        on
            lines.source_system = accounts.source_system
            and lines.account_id = accounts.account_id
    where not lines.is_deleted and lines.ledger_id = 'primary' and not coalesce(accounts.is_statistical, false)
    group by lines.source_system, lines.legal_entity_id, lines.journal_id, accounts.account_class
),

expected as (
    select
        source_system,
        account_class,
        sum(functional_amount) as functional_amount
    from lines
    where
        imbalance = 0
        and account_class in (
            'services_revenue', 'recurring_revenue', 'reimbursable_revenue', 'labor_cost', 'expense_cost',
            'subcontractor_cost', 'loss_provision', 'intercompany_revenue', 'intercompany_cost'
        )
    group by source_system, account_class
),

found as (
    select
        source_system,
        account_class,
        sum(case when flow in ('revenue', 'intercompany') then -amount_functional else amount_functional end)
            as functional_amount
    from {{ ref('fct_project_ledger') }}
    where basis = 'finance_posted' and source_entity = 'gl_line' and account_class not in ('payroll_cost', 'labor_absorption', 'overhead')
    group by source_system, account_class
)

select
    coalesce(expected.source_system, found.source_system) as source_system,
    coalesce(expected.account_class, found.account_class) as account_class,
    expected.functional_amount as expected_functional,
    found.functional_amount as found_functional
from expected
full outer join found
    on
        expected.source_system = found.source_system
        and expected.account_class = found.account_class
where coalesce(expected.functional_amount, 0) <> coalesce(found.functional_amount, 0)
