{#
  Seconds as a whole number of days or hours, rounded half up; negative ones too.
#}
{% macro nearest_whole(seconds, unit) -%}
    cast(floor(cast({{ seconds }} as double) / {{ unit }} + 0.5) as integer)
{%- endmacro %}
