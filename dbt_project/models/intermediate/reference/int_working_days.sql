with holidays as (
    select distinct
        {{ resolved_key('holidays.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        holidays.holiday_date as day
    from {{ ref('stg_hcm__holidays') }} as holidays
    {{ resolve_join('legal_entity', 'entity_ids', 'holidays.source_system', 'holidays.legal_entity_id', 'holidays.holiday_date') }}
    where not holidays.is_deleted
),

judged as (
    select
        days.legal_entity_key,
        days.day,
        days.period_id,
        {{ is_working_day('days.day', 'entities') }} and holidays.day is null as is_working_day,
        holidays.day is not null as is_holiday
    from {{ ref('int_period_days') }} as days
    inner join {{ ref('int_legal_entities') }} as entities on days.legal_entity_key = entities.legal_entity_key
    left join holidays
        on
            days.legal_entity_key = holidays.legal_entity_key
            and days.day = holidays.day
)

select
    *,
    sum(case when is_working_day then 1 else 0 end) over (
        partition by legal_entity_key
        order by day
        rows between unbounded preceding and current row
    ) as working_days_to_date
from judged
