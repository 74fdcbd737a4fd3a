{#
  The first day that a calendar may reach back to: what is older was mistyped.
#}
{% macro oldest_day(build_date) -%}
    {{ add_days(build_date, -3653) }}
{%- endmacro %}
