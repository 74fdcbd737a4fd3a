{% macro fx_rate(alias, from_currency, to_currency) -%}
    case when {{ from_currency }} = {{ to_currency }} then cast(1 as decimal(18, 8)) else {{ alias }}.rate end
{%- endmacro %}
