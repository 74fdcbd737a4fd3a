{# The moment at which a quarter of an hour begins. #}
{% macro quarter_hour_begin(quarter) -%}
    make_timestamptz({{ quarter }} * 900000000)
{%- endmacro %}
