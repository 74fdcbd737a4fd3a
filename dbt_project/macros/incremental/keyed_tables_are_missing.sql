{# Whether a table that an increment would change is not there: the files of two builds were mixed, or one was deleted. #}
{% macro keyed_tables_are_missing() %}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.config.materialized == 'keyed' and node.config.enabled -%}
            {%- if adapter.get_relation(node.database, node.schema, node.alias) is none -%}{{ return(true) }}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}
