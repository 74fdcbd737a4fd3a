{% macro shifted_period(work_period, shift) -%}
    coalesce({{ shift }}.period_id, {{ work_period }}.period_id, 'none')
{%- endmacro %}
