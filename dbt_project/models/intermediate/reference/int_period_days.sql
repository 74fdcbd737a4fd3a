with periods as (
    select * from {{ ref('int_periods') }}
),

first_closures as (
    select
        legal_entity_key,
        period_id,
        min(closed_from) as first_closed_at
    from {{ ref('int_period_closures') }}
    group by legal_entity_key, period_id
),

days as (
    select
        legal_entity_key,
        period_id,
        start_date,
        end_date,
        is_extension,
        {{ days_between('start_date', 'end_date') }} as day
    from periods
),

ranked as (
    -- where a calendar gives a day twice, the period that starts last is the more exact one
    select
        *,
        row_number() over (
            partition by legal_entity_key, day
            order by start_date desc, period_id
        ) as rank
    from days
)

select
    ranked.legal_entity_key,
    ranked.day,
    ranked.period_id,
    ranked.start_date,
    ranked.end_date,
    ranked.is_extension,
    first_closures.first_closed_at
from ranked
left join first_closures
    on
        ranked.legal_entity_key = first_closures.legal_entity_key
        and ranked.period_id = first_closures.period_id
where ranked.rank = 1
