{{ config(materialized='keyed', key=['period_id'], touched='int_touched_movement_periods') }}
-- Grain: one row a contract (or project, where nothing tells the contract), books that the rows stand in, currency of
-- the contract and period: what was earned, recognized and invoiced in it, in three currencies, and what billing
-- adjustments took off the earned amount.
with contracts as (
    select * from {{ ref('int_contracts') }}
),

adjusted as (
    select
        origin_type,
        source_system,
        origin_id,
        adjustment_amount
    from {{ ref('int_revenue_time_steps') }}
    where adjustment_amount <> 0
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
        ledger.period_id,
        periods.end_date as row_period_end,
        ledger.transaction_date,
        ledger.currency,
        ledger.functional_currency,
        ledger.amount_transaction,
        ledger.amount_functional,
        ledger.amount_group,
        -- what was taken off an entry, in the currency of its line
        case when ledger.flow = 'revenue' and ledger.basis = 'operational' then -adjusted.adjustment_amount end as adjusted_off
    from {{ ref('fct_project_ledger') }} as ledger
    left join {{ ref('int_revenue_lines') }} as lines on ledger.contract_line_key = lines.contract_line_key
    left join {{ ref('int_projects') }} as projects on ledger.project_key = projects.project_key
    left join adjusted
        on
            ledger.origin_type = adjusted.origin_type
            and ledger.origin_system = adjusted.source_system
            and ledger.origin_id = adjusted.origin_id
    inner join {{ ref('int_periods') }} as periods
        on
            ledger.legal_entity_key = periods.legal_entity_key
            and ledger.period_id = periods.period_id
    where
        (ledger.flow = 'revenue' or (ledger.flow = 'billing' and ledger.basis = 'finance_posted'))
        {{ touched_only('int_touched_movement_periods', ['period_id'], 'ledger', opening='and') }}
),

kept as (
    select
        ledger.*,
        coalesce(contracts.currency, ledger.functional_currency) as position_currency,
        coalesce(nullif(contracts.legal_entity_key, 'none'), ledger.legal_entity_key) as books_key
    from ledger
    left join contracts on ledger.position_key = contracts.contract_key
),

translated as (
    select
        kept.*,
        case
            when kept.currency = kept.position_currency then kept.amount_transaction
            else {{ translate('kept.amount_functional', fx_rate('fx', 'kept.functional_currency', 'kept.position_currency')) }}
        end as amount_position,
        {{ translate('kept.adjusted_off', fx_rate('fx_line', 'kept.currency', 'kept.functional_currency')) }}
            as adjusted_off_functional
    from kept
    {{ fx_join('fx', 'kept.functional_currency', 'kept.position_currency', 'kept.transaction_date') }}
    {{ fx_join('fx_line', 'kept.currency', 'kept.functional_currency', 'kept.transaction_date') }}
),

in_group as (
    select
        translated.*,
        {{ translate('translated.adjusted_off_functional', 'group_rates.average_rate') }} as adjusted_off_group
    from translated
    {{ group_rate_join('group_rates', 'translated.legal_entity_key', 'translated.period_id', 'translated.functional_currency') }}
)

select
    position_key,
    books_key,
    legal_entity_key,
    position_currency,
    functional_currency,
    period_id,
    row_period_end,
    max(customer_key) as customer_key,
    {%- for measure in ['earned', 'recognized', 'billed'] %}
    {%- for suffix, amount in [('', 'amount_position'), ('_functional', 'amount_functional'), ('_group', 'amount_group')] %}
    coalesce(sum(case when measure = '{{ measure }}' then {{ amount }} else 0 end), 0) as {{ measure }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
    coalesce(sum(adjusted_off_functional), 0) as adjusted_off_functional,
    coalesce(sum(adjusted_off_group), 0) as adjusted_off_group
from in_group
group by 1, 2, 3, 4, 5, 6, 7
