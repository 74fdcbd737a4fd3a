{# Milliseconds from one moment to a later one; negative where it is earlier. #}
{% macro milliseconds_apart(first, last) -%}
    (epoch_us({{ last }}) // 1000 - epoch_us({{ first }}) // 1000)
{%- endmacro %}
