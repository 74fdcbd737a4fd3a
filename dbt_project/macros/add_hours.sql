{#
  A moment some hours later: `moment` a timestamp, `hours` a number that may have decimals.
#}
{% macro add_hours(moment, hours) -%}
    {{ moment }} + to_seconds(cast({{ hours }} as double) * 3600)
{%- endmacro %}
