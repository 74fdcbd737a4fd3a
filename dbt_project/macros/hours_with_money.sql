{# Hours go the way of the money, however the ledger signs its quantities; `amount` is positive where the flow grows. #}
{% macro hours_with_money(quantity, amount) -%}
case
    when {{ amount }} = 0 then {{ quantity }}
    else abs({{ quantity }}) * sign({{ amount }})
end
{%- endmacro %}
