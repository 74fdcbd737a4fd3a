{% macro local_date(timestamp, time_zone) -%}
    cast(timezone({{ time_zone }}, {{ timestamp }}) as date)
{%- endmacro %}
