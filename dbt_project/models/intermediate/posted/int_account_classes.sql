-- A deleted account still says what its old lines were.
with accounts as (
    select
        source_system,
        account_id,
        account_class,
        coalesce(is_statistical, false) as is_statistical
    from {{ ref('stg_erp__accounts') }}
)

select
    *,
    case account_class
        when 'services_revenue' then 'revenue'
        when 'recurring_revenue' then 'revenue'
        when 'reimbursable_revenue' then 'revenue'
        when 'labor_cost' then 'labor_cost'
        when 'expense_cost' then 'expense_cost'
        when 'subcontractor_cost' then 'vendor_cost'
        when 'loss_provision' then 'loss_provision'
        when 'intercompany_revenue' then 'intercompany'
        when 'intercompany_cost' then 'intercompany'
    end as class_flow,
    -- the result of the period: any such line with a counterparty is intercompany
    account_class in (
        'services_revenue', 'recurring_revenue', 'reimbursable_revenue', 'labor_cost', 'payroll_cost',
        'labor_absorption', 'expense_cost', 'subcontractor_cost', 'intercompany_revenue', 'intercompany_cost',
        'overhead', 'loss_provision'
    ) as is_profit_and_loss
from accounts
