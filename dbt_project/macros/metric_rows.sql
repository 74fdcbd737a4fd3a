{#
  The rows of fct_metric from the stacked sides: one a metric, basis, period and dimension members.
#}
{% macro metric_rows(sides, all) -%}
    {%- set keys = ['metric_id', 'basis', 'period_id'] + all -%}
    , summed as (
        select
            {{ keys | join(',\n            ') }},
            sum(numerator) as numerator,
            sum(denominator) as denominator
        from {{ sides }}
        group by {{ keys | join(', ') }}
    )

    select
        summed.metric_id,
        summed.basis,
        summed.period_id,
        periods.end_date as period_end,
        {%- for name in all %}
        summed.{{ name }},
        {%- endfor %}
        cast(summed.numerator as decimal(38, 6)) as numerator,
        cast(summed.denominator as decimal(38, 6)) as denominator,
        {{ ledger_worth('summed.basis') }} as gl_status,
        coalesce(build.build_date between periods.start_date and periods.end_date, false) as is_provisional
    from summed
    cross join {{ ref('int_build') }} as build
    {{- ledger_worth_join('summed') }}
    left join {{ ref('int_periods') }} as periods
        on
            summed.legal_entity_key = periods.legal_entity_key
            and summed.period_id = periods.period_id
{%- endmacro %}
