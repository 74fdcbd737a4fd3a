{#
  Seconds to two significant digits: fine enough for a latency, and few values however many messages took one.
#}
{% macro two_digits(seconds) -%}
    {%- set step -%}
        case
            {%- for below, step in [(100, 1), (1000, 10), (10000, 100), (100000, 1000)] %}
            when {{ seconds }} < {{ below }} then {{ step }}
            {%- endfor %}
            else 10000
        end
    {%- endset -%}
    cast(round({{ seconds }} / {{ step }}) * {{ step }} as bigint)
{%- endmacro %}
