{# A value as JSON text: quoted and escaped where it is text, `null` where it is empty. Decimals are cast to text first. #}
{% macro json_value(expression) -%}
    coalesce(cast(to_json({{ expression }}) as varchar), 'null')
{%- endmacro %}
