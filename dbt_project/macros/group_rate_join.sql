{% macro group_rate_join(alias, entity, period, currency) -%}
    left join {{ ref('int_fx_period') }} as {{ alias }}
        on
            {{ alias }}.legal_entity_key = {{ entity }}
            and {{ alias }}.period_id = {{ period }}
            and {{ alias }}.from_currency = {{ currency }}
{%- endmacro %}
