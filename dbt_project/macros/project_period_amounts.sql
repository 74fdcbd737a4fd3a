{#
  The money columns of fct_project_period, each with the ledger rows that it sums.
#}
{% macro project_period_amounts() %}
    {{ return([
        ['revenue_services', "flow = 'revenue' and revenue_stream = 'services'"],
        ['revenue_reimbursable', "flow = 'revenue' and revenue_stream = 'reimbursable'"],
        ['revenue_recurring', "flow = 'revenue' and revenue_stream = 'recurring'"],
        ['labor_cost', "flow = 'labor_cost'"],
        ['expense_cost', "flow = 'expense_cost'"],
        ['vendor_cost', "flow = 'vendor_cost'"],
        ['loss_provision', "flow = 'loss_provision'"],
        ['billing', "flow = 'billing'"],
        ['intercompany', "flow = 'intercompany'"]
    ]) }}
{% endmacro %}
