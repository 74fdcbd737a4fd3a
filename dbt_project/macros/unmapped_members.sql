{% macro unmapped_members(members) -%}
    ltrim(
        {%- for name, key in members.items() %}
        case when {{ key }} = 'unmapped' then ',{{ name }}' else '' end{{ ' ||' if not loop.last }}
        {%- endfor %},
        ','
    )
{%- endmacro %}
