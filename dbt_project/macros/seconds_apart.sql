{#
  Seconds from one moment to a later one; negative where it is earlier. Counted on the clock itself: DuckDB's date_diff
  asks a calendar for every row, which costs twenty times as much.
#}
{% macro seconds_apart(first, last) -%}
    (epoch_us({{ last }}) // 1000000 - epoch_us({{ first }}) // 1000000)
{%- endmacro %}
