{% macro fx_join(alias, from_currency, to_currency, date) -%}
    left join {{ ref('int_fx_days') }} as {{ alias }}
        on
            {{ alias }}.from_currency = {{ from_currency }}
            and {{ alias }}.to_currency = {{ to_currency }}
            and {{ alias }}.rate_date = {{ date }}
{%- endmacro %}
