-- Hard-booked hours of employees on the days of the running period that are still to come.
select
    booked.period_id,
    booked.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    booked.practice,
    booked.role,
    cast(null as string) as customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    cast(sum(booked.hours) as decimal(18, 2)) as hours
from {{ ref('int_booked_hours') }} as booked
inner join {{ ref('int_period_days') }} as days
    on
        booked.legal_entity_key = days.legal_entity_key
        and booked.period_id = days.period_id
inner join {{ ref('int_today') }} as build on days.legal_entity_key = build.legal_entity_key and days.day = build.build_date
left join {{ ref('int_legal_entities') }} as entities on booked.legal_entity_key = entities.legal_entity_key
where booked.booking_type = 'hard' and booked.worker_type = 'employee'
group by 1, 2, 3, 4, 5
