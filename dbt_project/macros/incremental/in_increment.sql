{#
  Whether the model at hand is only brought up to date: there is a table to change, and the build may trust
  what the last one left. A model that has no table yet is built whole, even in an increment.
#}
{% macro in_increment() %}
    {#- Refs are read before any return, so that dbt sees the dependency while it parses. -#}
    {%- set scope = ref('stg_lake__build_scope') -%}
    {%- if not execute or load_cached_relation(this) is none -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(not build_is_full()) }}
{% endmacro %}
