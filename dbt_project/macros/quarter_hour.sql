{#
  The quarter of an hour in which a moment lies, counted from 1970. Every time zone's midnight is the beginning of one, so
  that a few thousand quarters tell the local dates of millions of moments: asking the calendar for each is what costs.
#}
{% macro quarter_hour(timestamp) -%}
    epoch_us({{ timestamp }}) // 900000000
{%- endmacro %}
