-- Where labor reaches projects at a standard rate, what payroll cost beyond what projects absorbed.
with lines as (
    select * from {{ ref('int_gl_lines') }}
    where account_class in ('payroll_cost', 'labor_absorption') and flow is null
),

entities as (
    select * from {{ ref('int_legal_entities') }}
    where labor_costing = 'standard'
),

sums as (
    select
        lines.legal_entity_key,
        lines.period_id,
        lines.functional_currency,
        lines.group_rate,
        cast(sum(case when lines.account_class = 'payroll_cost' then lines.functional_amount else 0 end)
            as decimal(18, 2)) as payroll_functional,
        cast(sum(case when lines.account_class = 'labor_absorption' then -lines.functional_amount else 0 end)
            as decimal(18, 2)) as absorbed_functional
    from lines
    inner join entities
        on lines.legal_entity_key = entities.legal_entity_key
    group by lines.legal_entity_key, lines.period_id, lines.functional_currency, lines.group_rate
)

select
    sums.legal_entity_key,
    sums.period_id,
    cast('finance_posted' as varchar) as basis,
    functional_currency,
    payroll_functional,
    absorbed_functional,
    cast(payroll_functional - absorbed_functional as decimal(18, 2)) as variance_functional,
    {{ translate('payroll_functional', 'group_rate') }} as payroll_group,
    {{ translate('absorbed_functional', 'group_rate') }} as absorbed_group,
    cast(
        {{ translate('payroll_functional', 'group_rate') }}
        - {{ translate('absorbed_functional', 'group_rate') }}
        as decimal(18, 2)
    ) as variance_group,
    {{ ledger_worth("'finance_posted'") }} as gl_status
from sums
{{- ledger_worth_join('sums') }}
