{#
  The column set of the project ledger, in its order: one list for every flow model, operational or
  posted, so that fct_project_ledger can stack them.

  The select list of a flow model: every ledger column cast to its type, taken from the query's rows.
  `side` says whose model it is ('operational' or 'posted'), so that what only a posting has need not be
  written by the operational ones; `absent` names further columns that the flow does not have (null).
#}
{% macro ledger_columns(side, absent=[]) %}
    {%- set text = 'varchar' if target.type == 'duckdb' else 'string' -%}
    {%- set moment = 'timestamptz' if target.type == 'duckdb' else 'timestamp' -%}
    {%- set money = 'decimal(18, 2)' -%}
    {%- set stored = [
        ['ledger_id', text], ['basis', text], ['flow', text], ['component', text],
        ['origin_type', text], ['origin_system', text], ['origin_id', text], ['origin_level', text],
        ['source_entity', text], ['source_system', text], ['source_id', text],
        ['gl_line_id', text], ['invoice_line_id', text], ['posting_event_id', text],
        ['posting_origin_type', text], ['reverses_id', text], ['reversal_chain_id', text],
        ['legal_entity_key', text], ['counterparty_entity_key', text], ['project_key', text],
        ['contract_line_key', text], ['customer_key', text], ['worker_key', text],
        ['vendor_key', text], ['account_key', text], ['account_class', text],
        ['region', text], ['practice', text], ['role', text],
        ['billing_model', text], ['revenue_stream', text],
        ['transaction_date', 'date'], ['work_period_id', text], ['period_id', text],
        ['currency', text], ['functional_currency', text],
        ['amount_transaction', money], ['amount_functional', money], ['amount_group', money],
        ['is_group_rate_provisional', 'boolean'],
        ['hours', money], ['billable_hours', money],
        ['source_status', text], ['submitted_at', moment], ['approved_at', moment], ['posted_at', moment],
        ['unmapped_members', text], ['_batch_id', 'bigint'], ['_file', text], ['_row', 'bigint']
    ] -%}
    {%- set only_posted = [
        'gl_line_id', 'invoice_line_id', 'posting_event_id', 'posting_origin_type', 'reversal_chain_id',
        'account_key', 'account_class', 'posted_at'
    ] -%}
    {%- if side not in ['operational', 'posted'] -%}
        {{ exceptions.raise_compiler_error("ledger_columns: side is 'operational' or 'posted', not '" ~ side ~ "'") }}
    {%- endif -%}
    {%- for name, type in stored %}
        {%- if name == 'basis' %}
    cast('{{ 'operational' if side == 'operational' else 'finance_posted' }}' as {{ type }}) as basis
        {%- elif name in absent or (side == 'operational' and name in only_posted) %}
    cast(null as {{ type }}) as {{ name }}
        {%- else %}
    cast({{ name }} as {{ type }}) as {{ name }}
        {%- endif %}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{% endmacro %}
