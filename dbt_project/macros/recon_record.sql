{# The record of a source that a row is made of, or reverses, as one number. #}
{% macro recon_record(id, alias=none) %}
    {%- set of = alias ~ '.' if alias else '' -%}
    {{ fingerprint(["'record'", of ~ 'flow', of ~ 'source_entity', of ~ 'source_system', of ~ id]) }}
{%- endmacro %}
