{#
  Changes with every model and seed of the project, and with what the caller says about the rest
  (TIEOUT_CODE_VERSION: `tieout build` passes a fingerprint of the macros, which dbt does not show to macros).
#}
{% macro project_fingerprint() %}
    {%- set parts = [env_var('TIEOUT_CODE_VERSION', '')] -%}
    {%- for id in graph.nodes | sort -%}
        {%- set node = graph.nodes[id] -%}
        {%- if node.resource_type in ('model', 'seed') -%}
            {%- do parts.append(id ~ node.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('|'))) }}
{% endmacro %}
