{#
  The date of a moment in UTC. Counted on the clock itself: a cast asks a calendar for every row, which costs ten times as
  much.
#}
{% macro utc_date(moment) -%}
    cast(date '1970-01-01' + cast(epoch_us({{ moment }}) // 86400000000 as integer) as date)
{%- endmacro %}
