{#
  One row for each text of a column that holds a JSON list of texts.
#}
{% macro json_texts(column) -%}
    unnest(cast(json_extract_string({{ column }}, '$[*]') as varchar[]))
{%- endmacro %}
