{% macro local_midnight(date, time_zone) -%}
    timezone({{ time_zone }}, cast({{ date }} as timestamp))
{%- endmacro %}
