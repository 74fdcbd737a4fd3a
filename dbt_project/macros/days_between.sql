{% macro days_between(first_day, last_day) -%}
    unnest(cast(generate_series({{ first_day }}, {{ last_day }}, interval 1 day) as date[]))
{%- endmacro %}
