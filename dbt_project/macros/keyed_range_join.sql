{% macro keyed_range_join(entity_type, alias, row, source_id) -%}
    inner join {{ ref('int_id_map') }} as {{ alias }}
        on
            {{ alias }}.entity_type = '{{ entity_type }}'
            and {{ alias }}.system = {{ row }}.source_system
            and {{ alias }}.source_id = {{ row }}.{{ source_id }}
            and {{ alias }}.valid_from < coalesce({{ row }}.valid_to, {{ open_end() }})
            and {{ alias }}.valid_to > {{ row }}.valid_from
{%- endmacro %}
