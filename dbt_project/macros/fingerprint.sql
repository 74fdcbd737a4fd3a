{#
  One number for the values of several columns: equal values give equal numbers, nulls included, and different
  ones different numbers for all practical purposes (64 bits).
#}
{% macro fingerprint(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
