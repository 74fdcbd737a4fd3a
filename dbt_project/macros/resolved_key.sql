{% macro resolved_key(source_id, alias) -%}
    case when {{ source_id }} is null then 'none' else coalesce({{ alias }}.key, 'unmapped') end
{%- endmacro %}
