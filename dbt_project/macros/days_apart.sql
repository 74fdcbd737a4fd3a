{#
  Days from one date to a later one; negative where it is earlier.
#}
{% macro days_apart(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}
