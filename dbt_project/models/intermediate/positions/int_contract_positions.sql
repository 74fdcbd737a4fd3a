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

moved as (
    select
        position_key,
        books_key,
        position_currency,
        row_period_end,
        max(customer_key) as customer_key,
        {%- for measure in ['earned', 'recognized', 'billed'] %}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_contract_movements') }}
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
    inner join {{ ref('int_today') }} as build on positions.books_key = build.legal_entity_key
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
