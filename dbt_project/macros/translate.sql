{% macro translate(amount, rate) -%}
    {{ money('cast(' ~ amount ~ ' as decimal(38, 2)) * ' ~ rate) }}
{%- endmacro %}
