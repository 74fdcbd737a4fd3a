{# The reference models in which something changed since the last completed build. #}
{% macro changed_models() %}
    {%- set changes = ref('int_reference_changes') -%}
    {%- if execute -%}
        {{ return(run_query('select distinct model from ' ~ changes).columns[0].values() | list) }}
    {%- else -%}
        {{ return([]) }}
    {%- endif -%}
{% endmacro %}
