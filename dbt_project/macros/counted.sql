{# A number with the words that go with it: one difference, two differences. #}
{% macro counted(number, one, many) -%}
    cast({{ number }} as varchar) || case when {{ number }} = 1 then ' {{ one }}' else ' {{ many }}' end
{%- endmacro %}
