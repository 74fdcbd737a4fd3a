{# Whether the nodes selected for this run include one that builds on what the last build left. #}
{% macro touches_keyed_models() %}
    {%- for id in selected_resources -%}
        {%- if id in graph.nodes and graph.nodes[id].config.materialized == 'keyed' -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}
