{#
  What the ledger is worth that a figure stands on, of a row of gl_completeness joined as `ledgers`; null where it stands on
  none. A fact of the books and the period, not one more key: rows add up as they did.
#}
{% macro ledger_worth(basis, status='ledgers.status') %}case when {{ basis }} <> 'operational' then coalesce({{ status }}, 'unproved') end{% endmacro %}
