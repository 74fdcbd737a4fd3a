{# What the start of the build decided, see prepare_build. #}
{% macro build_is_full() %}
    {%- set scope = ref('stg_lake__build_scope') -%}
    {%- if not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set answer = run_query('select is_full from ' ~ scope) -%}
    {{ return(answer.rows | length == 0 or answer.rows[0][0]) }}
{% endmacro %}
