{% macro is_working_day(date, entity) -%}
    mod({{ weekday(date) }} - {{ entity }}.first_weekday + 7, 7) < {{ entity }}.days_in_week
{%- endmacro %}
