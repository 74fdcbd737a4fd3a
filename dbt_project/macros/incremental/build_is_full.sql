{#
  What the start of the build decided, see prepare_build. It is asked a hundred times a build and remembered with the graph,
  which is the only thing that all models of a build see.
#}
{% macro build_is_full() %}
    {%- set scope = ref('stg_lake__build_scope') -%}
    {%- if not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- if 'build_is_full' not in graph -%}
        {%- set answer = run_query('select is_full from ' ~ scope) -%}
        {%- do graph.update({'build_is_full': answer.rows | length == 0 or answer.rows[0][0]}) -%}
    {%- endif -%}
    {{ return(graph['build_is_full']) }}
{% endmacro %}
