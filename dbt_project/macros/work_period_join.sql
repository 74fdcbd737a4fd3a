{% macro work_period_join(alias, entity, date) -%}
    left join {{ ref('int_period_days') }} as {{ alias }}
        on
            {{ alias }}.legal_entity_key = {{ entity }}
            and {{ alias }}.day = {{ date }}
{%- endmacro %}
