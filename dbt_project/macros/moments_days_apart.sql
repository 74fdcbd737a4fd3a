{#
  Midnights (UTC) from one moment to a later one; negative where it is earlier. For dates see days_apart. Counted on the
  clock itself: DuckDB's date_diff of moments asks a calendar for every row, which costs a hundred times as much.
#}
{% macro moments_days_apart(first, last) -%}
    (epoch_us({{ last }}) // 86400000000 - epoch_us({{ first }}) // 86400000000)
{%- endmacro %}
