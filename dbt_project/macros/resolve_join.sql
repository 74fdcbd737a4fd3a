{% macro resolve_join(entity_type, alias, system, source_id, date) -%}
    left join {{ ref('int_id_map') }} as {{ alias }}
        on
            {{ alias }}.entity_type = '{{ entity_type }}'
            and {{ alias }}.system = {{ system }}
            and {{ alias }}.source_id = {{ source_id }}
            and {{ date }} >= {{ alias }}.valid_from
            and {{ date }} < {{ alias }}.valid_to
{%- endmacro %}
