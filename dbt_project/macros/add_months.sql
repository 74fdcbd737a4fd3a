{#
  A date some months later, cut to the last day of its month.
#}
{% macro add_months(date, months) -%}
    cast({{ date }} + to_months({{ months }}) as date)
{%- endmacro %}
