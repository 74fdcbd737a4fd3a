{# An aggregate of what `around_close` tells, at the close and since: two columns, `…_before` and `…_after`. #}
{% macro before_and_after(aggregate, name='figures') %}
        {%- for state in ['before', 'after'] %}
        {{ aggregate }} filter (where state = '{{ state }}') as {{ name }}_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}
