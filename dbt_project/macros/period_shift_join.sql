{% macro period_shift_join(alias, work_period, entity, moment) -%}
    {#- Only a row that came after its period's first close gets a key at all: the others never probe. -#}
    left join {{ ref('int_period_shifts') }} as {{ alias }}
        on
            {{ alias }}.legal_entity_key
            = case when {{ moment }} >= {{ work_period }}.first_closed_at then {{ entity }} end
            and {{ alias }}.work_period_id = {{ work_period }}.period_id
            and {{ moment }} >= {{ alias }}.submitted_from
            and {{ moment }} < {{ alias }}.submitted_until
{%- endmacro %}
