-- Grain: one row a basis and contract (or, where nothing tells the contract, project) and ended or running
-- period: revenue recognized and amounts invoiced to date in the contract's currency. The operational
-- revenue stands against issued invoices too, since nothing else is billed: cross_basis.
with contracts as (
    select * from {{ ref('int_contracts') }}
),

lines as (
    select
        contract_key,
        min(project_key) as project_key,
        max(project_key) as last_project_key,
        min(billing_model) as billing_model,
        max(billing_model) as last_billing_model,
        min(practice) as practice,
        max(practice) as last_practice
    from {{ ref('int_revenue_lines') }}
    group by contract_key
),

ledger as (
    select
        case
            when ledger.flow = 'billing' then 'billed'
            when ledger.basis = 'operational' then 'earned'
            else 'recognized'
        end as measure,
        coalesce(
            nullif(nullif(lines.contract_key, 'none'), 'unmapped'),
            nullif(nullif(projects.contract_key, 'none'), 'unmapped'),
            ledger.project_key
        ) as position_key,
        ledger.legal_entity_key,
        ledger.customer_key,
        periods.end_date as row_period_end,
        ledger.transaction_date,
        ledger.currency,
        ledger.functional_currency,
        ledger.amount_transaction,
        ledger.amount_functional
    from {{ ref('fct_project_ledger') }} as ledger
    left join {{ ref('int_revenue_lines') }} as lines on ledger.contract_line_key = lines.contract_line_key
    left join {{ ref('int_projects') }} as projects on ledger.project_key = projects.project_key
    inner join {{ ref('int_periods') }} as periods
        on
            ledger.legal_entity_key = periods.legal_entity_key
            and ledger.period_id = periods.period_id
    where
        ledger.flow = 'revenue'
        or (ledger.flow = 'billing' and ledger.basis = 'finance_posted')
),

kept as (
    select
        ledger.*,
        coalesce(contracts.currency, ledger.functional_currency) as position_currency,
        coalesce(nullif(contracts.legal_entity_key, 'none'), ledger.legal_entity_key) as books_key
    from ledger
    left join contracts on ledger.position_key = contracts.contract_key
),

moved as (
    select
        kept.position_key,
        kept.books_key,
        kept.position_currency,
        kept.row_period_end,
        max(kept.customer_key) as customer_key,
        {%- for measure in ['earned', 'recognized', 'billed'] %}
        sum(case when kept.measure = '{{ measure }}' then
            case
                when kept.currency = kept.position_currency then kept.amount_transaction
                else {{ translate('kept.amount_functional', fx_rate('fx', 'kept.functional_currency', 'kept.position_currency')) }}
            end
            else 0 end) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from kept
    {{ fx_join('fx', 'kept.functional_currency', 'kept.position_currency', 'kept.transaction_date') }}
    group by 1, 2, 3, 4
),

positions as (
    select
        position_key,
        books_key,
        position_currency,
        max(customer_key) as customer_key,
        min(row_period_end) as first_period_end
    from moved
    group by 1, 2, 3
),

measured as (
    select
        positions.position_key,
        positions.books_key,
        positions.position_currency,
        positions.customer_key,
        periods.period_id,
        {%- for measure in ['earned', 'recognized', 'billed'] %}
        cast(sum(moved.{{ measure }}) as decimal(18, 2)) as {{ measure }}_to_date{{ ',' if not loop.last }}
        {%- endfor %}
    from positions
    cross join {{ ref('int_build') }} as build
    inner join {{ ref('int_periods') }} as periods
        on
            positions.books_key = periods.legal_entity_key
            and positions.first_period_end <= periods.end_date
            and build.build_date >= periods.start_date
    inner join moved
        on
            positions.position_key = moved.position_key
            and positions.books_key = moved.books_key
            and positions.position_currency = moved.position_currency
            and moved.row_period_end <= periods.end_date
    group by 1, 2, 3, 4, 5
)

select
    measured.*,
    coalesce(entities.region, 'none') as region,
    coalesce(nullif(contracts.customer_key, 'none'), measured.customer_key, 'none') as contract_customer_key,
    case
        when lines.contract_key is null then coalesce(projects.project_key, 'none')
        when lines.project_key = lines.last_project_key then lines.project_key
        else 'none'
    end as project_key,
    case
        when lines.contract_key is null then coalesce(projects.practice, 'none')
        when lines.practice = lines.last_practice then lines.practice
        else 'several'
    end as practice,
    case
        when lines.contract_key is null then coalesce(projects.billing_model, 'none')
        when lines.billing_model = lines.last_billing_model then lines.billing_model
        else 'several'
    end as billing_model,
    group_rates.closing_rate
from measured
left join contracts on measured.position_key = contracts.contract_key
left join lines on measured.position_key = lines.contract_key
left join {{ ref('int_projects') }} as projects on measured.position_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on measured.books_key = entities.legal_entity_key
{{ group_rate_join('group_rates', 'measured.books_key', 'measured.period_id', 'measured.position_currency') }}
