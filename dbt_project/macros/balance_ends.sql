{#
  The rows of nought of balances: for each combination of members one for every begun period of its entity in which it
  has no row of its own, up to the one after its last. So a balance that fell to nothing says so, and what takes the
  last period of which there is a row (MetricFlow does) never finds an older balance in it.
#}
{% macro balance_ends(summed, all, balances) -%}
    {%- set members = ['metric_id', 'basis'] + all -%}
    , begun as (
        select
            periods.legal_entity_key,
            periods.period_id,
            row_number() over (partition by periods.legal_entity_key order by periods.end_date) as period_no
        from {{ ref('int_periods') }} as periods
        inner join {{ ref('int_today') }} as build
            on periods.legal_entity_key = build.legal_entity_key and build.build_date >= periods.start_date
    ),

    standing as (
        select
            {{ summed }}.*,
            begun.period_no,
            lead(begun.period_no) over (
                partition by
                    {{ summed }}.{{ members | join(',\n                    ' ~ summed ~ '.') }}
                order by begun.period_no
            ) as next_period_no
        from {{ summed }}
        inner join begun
            on
                {{ summed }}.legal_entity_key = begun.legal_entity_key
                and {{ summed }}.period_id = begun.period_id
        where {{ summed }}.metric_id in ('{{ balances | join("', '") }}')
    ),

    ended as (
        select
            standing.metric_id,
            standing.basis,
            begun.period_id,
            {%- for name in all %}
            standing.{{ name }},
            {%- endfor %}
            standing.numerator * 0 as numerator,
            standing.denominator * 0 as denominator
        from standing
        inner join begun
            on
                standing.legal_entity_key = begun.legal_entity_key
                and standing.period_no < begun.period_no
                and coalesce(standing.next_period_no, standing.period_no + 2) > begun.period_no
    )
{%- endmacro %}
