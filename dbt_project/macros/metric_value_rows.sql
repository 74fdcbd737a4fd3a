{#
  The rows of fct_metric_distribution from the weighed values, with the last day of their period and what the ledger is
  worth. A value without weight cannot move a percentile.
#}
{% macro metric_value_rows(weighed, all) -%}
    select
        weighed.metric_id,
        weighed.basis,
        weighed.period_id,
        periods.end_date as period_end,
        {%- for name in all %}
        weighed.{{ name }},
        {%- endfor %}
        weighed.value,
        weighed.weight,
        {{ ledger_worth('weighed.basis') }} as gl_status,
        coalesce(build.build_date between periods.start_date and periods.end_date, false) as is_provisional
    from {{ weighed }} as weighed
    left join {{ ref('int_today') }} as build on weighed.legal_entity_key = build.legal_entity_key
    {{- ledger_worth_join('weighed') }}
    left join {{ ref('int_periods') }} as periods
        on
            weighed.legal_entity_key = periods.legal_entity_key
            and weighed.period_id = periods.period_id
    where weighed.weight > 0
{%- endmacro %}
