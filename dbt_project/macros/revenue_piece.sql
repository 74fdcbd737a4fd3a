{#
  The select list that brings one source of revenue or billing to the shared columns; `given` maps a column
  to its expression where the source does not carry it under that name.
#}
{% macro revenue_piece(columns, given) -%}
    {%- for name in columns %}
        {{ given.get(name, name) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
