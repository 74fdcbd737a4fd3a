{#- The earlier time that the mart is built as of, or none. `tieout build` says it in the environment: dbt reads the whole
    project anew for another variable; and only what is run asks the environment, so that no file is parsed anew for it. -#}
{% macro as_of() %}
    {%- set asked = var('as_of', none) or (env_var('TIEOUT_AS_OF', '') if execute else '') -%}
    {{ return(asked or none) }}
{% endmacro %}
