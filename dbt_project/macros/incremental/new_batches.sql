{#
  The numbers of the batches that the last completed build did not know, as literals, so that the scan can skip the files of
  all others; `-1` where there is none.
#}
{% macro new_batches() %}
    {%- set batches = ref('stg_lake__new_batches') -%}
    {%- if execute -%}
        {%- set ids = run_query('select batch_id from ' ~ batches ~ ' order by batch_id') -%}
        {{ return(ids.columns[0].values() | join(', ') or '-1') }}
    {%- else -%}
        {{ return('-1') }}
    {%- endif -%}
{% endmacro %}
