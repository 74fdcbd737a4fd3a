{{ config(materialized='view') }}
{%- set touched = ref('int_touched_earnings') -%}
{%- set is_update = in_increment() -%}
-- Grain: one row a billable entry of time or expense of a time-and-materials line, submitted or approved,
-- in the currency of its line, before the cap. In an increment, only the entries that it reached.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
),

drafted as (
    select contract_line_key as drafted_line_key
    from {{ ref('int_contract_lines') }}
    where not {{ in_force('contract_status') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

entries as (
    select
        'time_entry' as origin_type,
        source_system,
        time_entry_id as origin_id,
        project_key,
        contract_line_key,
        customer_key,
        project_entity_key as legal_entity_key,
        worker_key,
        practice,
        role,
        billing_model,
        work_date as transaction_date,
        first_submitted_at,
        bill_currency as currency,
        bill_amount as amount,
        billable_hours as hours,
        status,
        submitted_at,
        case when status = 'approved' then approved_at end as approved_at,
        reverses_id,
        unmapped_members,
        _batch_id,
        _file,
        _row
    from {{ ref('int_time_priced') }}
    where
        not is_deleted and status in ('submitted', 'approved') and is_billable and billable_hours <> 0
        {%- if is_update %}
        and (source_system, time_entry_id) in (
            select source_system, origin_id from {{ touched }} where origin_type = 'time_entry'
        )
        {%- endif %}

    union all

    select
        'expense' as origin_type,
        source_system,
        expense_id as origin_id,
        project_key,
        contract_line_key,
        customer_key,
        project_entity_key as legal_entity_key,
        worker_key,
        practice,
        role,
        billing_model,
        expense_date as transaction_date,
        first_submitted_at,
        currency,
        amount_transaction as amount,
        cast(0 as decimal(9, 2)) as hours,
        status,
        submitted_at,
        case when status = 'approved' then approved_at end as approved_at,
        reverses_id,
        unmapped_members,
        _batch_id,
        _file,
        _row
    from {{ ref('int_expense_priced') }}
    where not is_deleted and status in ('submitted', 'approved') and is_billable
),

earning as (
    select
        entries.*,
        coalesce(lines.currency, entries.currency) as line_currency,
        entities.functional_currency,
        entities.region,
        entities.time_zone
    from entries
    left join lines on entries.contract_line_key = lines.contract_line_key
    left join entities on entries.legal_entity_key = entities.legal_entity_key
    left join drafted on entries.contract_line_key = drafted.drafted_line_key
    where
        coalesce(lines.recognition_method, entries.billing_model) = 'time_and_materials'
        and drafted.drafted_line_key is null
),

adjustments as (
    select * from {{ ref('int_billing_adjustments_net') }}
),

adjusted as (
    select
        adjustments.origin_type,
        adjustments.origin_system,
        adjustments.origin_id,
        sum(
            {{ translate('adjustments.amount', fx_rate('fx', 'adjustments.currency', 'earning.line_currency')) }}
        ) as amount,
        sum(case when earning.origin_type = 'time_entry' then adjustments.hours else 0 end) as hours
    from adjustments
    inner join earning
        on
            adjustments.origin_type = earning.origin_type
            and adjustments.origin_system = earning.source_system
            and adjustments.origin_id = earning.origin_id
    {{ fx_join('fx', 'adjustments.currency', 'earning.line_currency', 'adjustments.effective_date') }}
    group by 1, 2, 3
),

in_line_currency as (
    select
        earning.*,
        {{ translate('earning.amount', fx_rate('fx', 'earning.currency', 'earning.line_currency')) }} as gross_amount
    from earning
    {{ fx_join('fx', 'earning.currency', 'earning.line_currency', 'earning.transaction_date') }}
)

select
    in_line_currency.* exclude (hours),
    cast(in_line_currency.hours + coalesce(adjusted.hours, 0) as decimal(9, 2)) as hours,
    coalesce(adjusted.amount, 0) as adjustment_amount,
    coalesce(adjusted.hours, 0) as adjustment_hours,
    cast(in_line_currency.gross_amount + coalesce(adjusted.amount, 0) as decimal(18, 2)) as net_amount
from in_line_currency
left join adjusted
    on
        in_line_currency.origin_type = adjusted.origin_type
        and in_line_currency.source_system = adjusted.origin_system
        and in_line_currency.origin_id = adjusted.origin_id
