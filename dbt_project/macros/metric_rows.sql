{#
  The rows of fct_metric from the stacked sides: one a metric, basis, period and dimension members,
  and of balances those of nought.
#}
{% macro metric_rows(sides, all, balances) -%}
    {%- set keys = ['metric_id', 'basis', 'period_id'] + all -%}
    {%- set is_balance = "figures.metric_id in ('" ~ balances | join("', '") ~ "')" -%}
    {%- set status = 'case when ' ~ is_balance ~ ' then to_date.status else ledgers.status end' -%}
    , summed as (
        select
            {{ keys | join(',\n            ') }},
            sum(numerator) as numerator,
            sum(denominator) as denominator
        from {{ sides }}
        group by {{ keys | join(', ') }}
    )

    {{- balance_ends('summed', all, balances) }},

    figures as (
        select * from summed
        union all
        select * from ended
    )

    select
        figures.metric_id,
        figures.basis,
        figures.period_id,
        periods.end_date as period_end,
        {%- for name in all %}
        figures.{{ name }},
        {%- endfor %}
        cast(figures.numerator as decimal(38, 6)) as numerator,
        cast(figures.denominator as decimal(38, 6)) as denominator,
        {{ ledger_worth('figures.basis', status) }} as gl_status,
        coalesce(build.build_date between periods.start_date and periods.end_date, false) as is_provisional
    from figures
    left join {{ ref('int_today') }} as build on figures.legal_entity_key = build.legal_entity_key
    {{- ledger_worth_join('figures') }}
    {{- ledger_worth_join('figures', 'to_date', to_date=true) }}
    left join {{ ref('int_periods') }} as periods
        on
            figures.legal_entity_key = periods.legal_entity_key
            and figures.period_id = periods.period_id
{%- endmacro %}
