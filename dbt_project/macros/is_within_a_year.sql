{#
  Whether a period belongs to the twelve months that end with another's last day: it does where most of its days lie
  after the same day of the year before. By its end alone, a 4-4-5 calendar of 364 days would count a thirteenth
  period, and February 2025 one of 2024 again.
#}
{% macro is_within_a_year(start_date, end_date, year_end) -%}
    {%- set year_before = add_months(year_end, -12) -%}
    {{ days_apart(year_before, end_date) }} > {{ days_apart(start_date, year_before) }}
{%- endmacro %}
