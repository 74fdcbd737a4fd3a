{{ config(
    materialized='keyed', key=['ledger_id'], touched='int_touched_ledger', remembers=true,
    moves={
        'amount_group': translate('kept.amount_functional', 'rates.average_rate'),
        'is_group_rate_provisional': 'coalesce(rates.is_provisional, false)',
    }
) }}
{#- Every flow's operational and posted rows; a new flow is a new name here. -#}
{%- set flows = [
    'int_expense_operational', 'int_vendor_operational', 'int_intercompany_operational', 'int_revenue_operational',
    'int_loss_provision_operational', 'int_billing_operational', 'int_gl_posted', 'int_billing_posted'
] %}
{%- set time = ref('int_time_priced') %}
{%- set rows_touched = ref('int_touched_ledger') %}
select * from {{ ref('int_labor_operational') }}
{%- if ledger_increment() %}
where (source_system, source_id) in (select source_system, time_entry_id from {{ changes_of('int_time_priced') }})
{%- endif %}
{%- for model in flows %}

union all

select * from {{ ref(model) }}
{%- endfor %}
