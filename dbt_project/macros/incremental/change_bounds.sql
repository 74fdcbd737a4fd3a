{#
  For each reference model in which something changed since the last completed build, the least and the greatest of each
  `find_`: written out, they let a scan pass over the rows that no change can reach.
#}
{% macro change_bounds() %}
    {%- set changes = ref('int_reference_changes') -%}
    {%- set bounds = {} -%}
    {%- if execute -%}
        {%- set asked -%}
            select model, min(find_1), max(find_1), min(find_2), max(find_2), min(find_3), max(find_3)
            from {{ changes }} group by model
        {%- endset -%}
        {%- for row in run_query(asked).rows -%}
            {%- do bounds.update({row[0]: [(row[1], row[2]), (row[3], row[4]), (row[5], row[6])]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(bounds) }}
{% endmacro %}
