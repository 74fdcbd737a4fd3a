{# In an increment, the condition that a row's key was touched; nothing in a full build. Begins with `opening`. #}
{% macro touched_only(touched, key, alias, opening='where') %}
    {%- set keys = ref(touched) -%}
    {%- if in_increment() %}
    {{ opening }} (
        {%- for column in key %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
    ) in (select {{ key | join(', ') }} from {{ keys }})
    {%- endif -%}
{% endmacro %}
