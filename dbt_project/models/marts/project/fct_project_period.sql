{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
{%- set amounts = [
    ('revenue_services', "flow = 'revenue' and revenue_stream = 'services'"),
    ('revenue_reimbursable', "flow = 'revenue' and revenue_stream = 'reimbursable'"),
    ('revenue_recurring', "flow = 'revenue' and revenue_stream = 'recurring'"),
    ('labor_cost', "flow = 'labor_cost'"),
    ('expense_cost', "flow = 'expense_cost'"),
    ('vendor_cost', "flow = 'vendor_cost'"),
    ('loss_provision', "flow = 'loss_provision'"),
    ('billing', "flow = 'billing'"),
    ('intercompany', "flow = 'intercompany'"),
] -%}
-- Money stands in period_id, hours in work_period_id (reconciliation.md), so each is summed by its own.
with ledger as (
    select * from {{ ref('fct_project_ledger') }}
),

money as (
    select
        basis,
        project_key,
        legal_entity_key,
        period_id,
        {%- for name, condition in amounts %}
        sum(case when {{ condition }} then amount_group else 0 end) as {{ name }},
        {%- endfor %}
        sum(case when amount_group is null then 1 else 0 end) as untranslated_rows,
        max(case when is_group_rate_provisional then 1 else 0 end) as provisional
    from ledger
    {{ of_touched_periods('period_id', opening='where') }}
    group by basis, project_key, legal_entity_key, period_id
),

time as (
    select
        basis,
        project_key,
        legal_entity_key,
        case when basis = 'operational' then work_period_id else period_id end as period_id,
        sum(hours) as hours,
        sum(billable_hours) as billable_hours
    from ledger
    where
        flow = 'labor_cost'
        {{ of_touched_periods("case when basis = 'operational' then work_period_id else period_id end") }}
    group by 1, 2, 3, 4
),

keys as (
    select basis, project_key, legal_entity_key, period_id from money
    union
    select basis, project_key, legal_entity_key, period_id from time
)

select
    keys.basis,
    keys.project_key,
    keys.legal_entity_key,
    keys.period_id,
    {%- for name, condition in amounts %}
    cast(coalesce(money.{{ name }}, 0) as decimal(18, 2)) as {{ name }},
    {%- endfor %}
    cast(coalesce(time.hours, 0) as decimal(18, 2)) as hours,
    cast(coalesce(time.billable_hours, 0) as decimal(18, 2)) as billable_hours,
    cast(coalesce(money.untranslated_rows, 0) as bigint) as untranslated_rows,
    coalesce(money.provisional, 0) = 1 as is_group_rate_provisional,
    {{ ledger_worth('keys.basis') }} as gl_status
from keys
{{- ledger_worth_join('keys') }}
left join money
    on
        keys.basis = money.basis
        and keys.project_key = money.project_key
        and keys.legal_entity_key = money.legal_entity_key
        and keys.period_id = money.period_id
left join time
    on
        keys.basis = time.basis
        and keys.project_key = time.project_key
        and keys.legal_entity_key = time.legal_entity_key
        and keys.period_id = time.period_id
