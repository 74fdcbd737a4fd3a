{# The schema of the build's own file that remembers what the last completed build stood on. #}
{% macro state_schema() %}{{ return('"' ~ target.database ~ '"."state"') }}{% endmacro %}
