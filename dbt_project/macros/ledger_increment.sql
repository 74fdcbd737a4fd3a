{#
  Whether the project ledger is only brought up to date in this build. The views that feed it ask this, so that they
  and the ledger decide alike: where the ledger's table is missing, everything is computed.
#}
{% macro ledger_increment() %}
    {%- set scope = ref('stg_lake__build_scope') -%}
    {{ return(
        execute
        and adapter.get_relation('mart', 'main', 'fct_project_ledger') is not none
        and not build_is_full()
    ) }}
{% endmacro %}
