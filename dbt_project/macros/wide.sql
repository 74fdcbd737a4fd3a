{% macro wide(expression, scale=2) -%}
    cast({{ expression }} as decimal(38, {{ scale }}))
{%- endmacro %}
