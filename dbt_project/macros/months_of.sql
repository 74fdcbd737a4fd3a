{% macro months_of(valid_from, valid_to, horizon) -%}
    unnest(
        cast(
            generate_series(
                cast(date_trunc('month', greatest({{ valid_from }}, {{ horizon }}.first_day)) as timestamp),
                cast(least({{ valid_to }} - 1, {{ horizon }}.last_day) as timestamp),
                interval 1 month
            ) as date[]
        )
    )
{%- endmacro %}
