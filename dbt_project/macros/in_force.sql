{# The condition that a contract line is in force: what is only drafted earns, bills and takes nothing. #}
{% macro in_force(status) %}coalesce({{ status }}, 'active') <> 'draft'{% endmacro %}
