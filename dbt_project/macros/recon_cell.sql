{# The cell of the bridge that a row stands in, as one text. #}
{% macro recon_cell(alias=none) %}
    {%- set of = alias ~ '.' if alias else '' -%}
    'cell|' || {{ of }}flow || '|' || {{ of }}legal_entity_key || '|' || coalesce({{ of }}project_key, 'none') || '|'
    || coalesce({{ of }}period_id, '')
{%- endmacro %}
