{# The cell of the bridge that a row stands in, as one number. #}
{% macro recon_cell(alias=none) %}
    {%- set of = alias ~ '.' if alias else '' -%}
    {{ fingerprint([
        "'cell'", of ~ 'flow', of ~ 'legal_entity_key', 'coalesce(' ~ of ~ "project_key, 'none')",
        'coalesce(' ~ of ~ "period_id, '')",
    ]) }}
{%- endmacro %}
