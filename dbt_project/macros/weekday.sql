{% macro weekday(date) -%}
    isodow({{ date }})
{%- endmacro %}
