{#
  The conformed dimensions of fct_metric, in their order.
#}
{% macro metric_dimensions() %}
    {{ return(['legal_entity_key', 'region', 'practice', 'role', 'customer_key', 'project_key', 'billing_model']) }}
{% endmacro %}
