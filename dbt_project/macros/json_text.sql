{#
  The text of one key of a column that holds a JSON object; null where the key is missing.
#}
{% macro json_text(column, key) -%}
    json_extract_string({{ column }}, '$.{{ key }}')
{%- endmacro %}
