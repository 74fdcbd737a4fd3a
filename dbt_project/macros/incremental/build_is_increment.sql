{# Whether this build only brings up to date what the last one left. #}
{% macro build_is_increment() %}
    {#- Asked before any return, so that dbt sees the dependency while it parses. -#}
    {%- set is_full = build_is_full() -%}
    {{ return(execute and not is_full) }}
{% endmacro %}
