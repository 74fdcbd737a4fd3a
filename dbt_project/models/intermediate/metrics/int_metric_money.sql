{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Margins compare what a project earns with what it costs, so every row takes the project's own practice,
-- customer and billing model; a row without a project keeps the ones of its ledger row.
with ledger as (
    select
        basis,
        flow,
        revenue_stream,
        legal_entity_key,
        region,
        practice,
        customer_key,
        project_key,
        billing_model,
        period_id,
        sum(amount_group) as amount_group,
        sum(case when flow = 'intercompany' and component = 'provider' then amount_group else 0 end) as charged_group
    from {{ ref('fct_project_ledger') }}
    where
        period_id is not null
        {{ of_touched_periods('period_id') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),

projects as (
    select * from {{ ref('int_projects') }}
)

select
    ledger.basis,
    ledger.flow,
    ledger.revenue_stream,
    ledger.period_id,
    ledger.legal_entity_key,
    coalesce(ledger.region, 'none') as region,
    coalesce(nullif(projects.practice, 'none'), ledger.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(nullif(projects.customer_key, 'none'), ledger.customer_key, 'none') as customer_key,
    coalesce(ledger.project_key, 'none') as project_key,
    case
        when ledger.revenue_stream = 'recurring' then 'subscription'
        else coalesce(projects.billing_model, ledger.billing_model, 'none')
    end as billing_model,
    cast(sum(ledger.amount_group) as decimal(18, 2)) as amount_group,
    cast(sum(ledger.charged_group) as decimal(18, 2)) as charged_group,
    cast(
        sum(
            case
                when ledger.flow = 'revenue' and ledger.revenue_stream = 'recurring' then 0
                when ledger.flow = 'revenue' then ledger.amount_group
                when ledger.flow in ('labor_cost', 'expense_cost', 'vendor_cost', 'loss_provision')
                    then -ledger.amount_group
                else 0
            end
        ) as decimal(18, 2)
    ) as project_margin,
    cast(
        sum(
            case
                when ledger.flow = 'revenue' and ledger.revenue_stream = 'services' then ledger.amount_group
                when ledger.flow in ('labor_cost', 'vendor_cost') then -ledger.amount_group
                else 0
            end
        ) as decimal(18, 2)
    ) as gross_margin
from ledger
left join projects on ledger.project_key = projects.project_key
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
