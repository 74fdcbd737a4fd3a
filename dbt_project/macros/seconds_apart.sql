{#
  Seconds from one moment to a later one; negative where it is earlier.
#}
{% macro seconds_apart(first, last) -%}
    date_diff('second', {{ first }}, {{ last }})
{%- endmacro %}
