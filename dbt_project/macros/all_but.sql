{# All columns of a relation but those named. #}
{% macro all_but(columns, alias=none) %}{{ alias ~ '.' if alias else '' }}* exclude ({{ columns | join(', ') }}){% endmacro %}
