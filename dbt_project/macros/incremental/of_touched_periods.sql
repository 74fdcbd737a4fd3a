{#
  In an increment, the condition that a row stands in a period that the increment touched; nothing in a full build. The
  periods are written out, so that the engine can sift them at the scan.
#}
{% macro of_touched_periods(column, opening='and') %}
    {%- set periods = ref('int_touched_periods') -%}
    {#- Asked before any branch, so that dbt sees the dependency while it parses. -#}
    {%- set is_update = in_increment() -%}
    {%- if execute and is_update -%}
        {%- set ids = run_query('select period_id from ' ~ periods ~ ' order by period_id').columns[0].values() %}
        {{ opening }} {{ column }} in ('{{ ids | map('replace', "'", "''") | join("', '") }}')
    {%- endif -%}
{% endmacro %}
