{#- Every flow's operational and posted rows; a new flow is a new name here. -#}
{%- set flows = [
    'int_labor_operational', 'int_expense_operational', 'int_vendor_operational', 'int_intercompany_operational',
    'int_revenue_operational', 'int_loss_provision_operational', 'int_billing_operational',
    'int_gl_posted', 'int_billing_posted'
] -%}
{% for model in flows -%}
select * from {{ ref(model) }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
