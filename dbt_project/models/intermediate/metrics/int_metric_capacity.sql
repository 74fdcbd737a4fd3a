-- Employees only: contractors are in neither side of a utilization. Periods that have not begun yet have
-- capacity but nothing to compare it with; the running one has all of it, whoever starts later in it included.
select
    capacity.period_id,
    capacity.legal_entity_key,
    capacity.region,
    capacity.practice,
    capacity.role,
    cast(null as string) as customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    cast(sum(capacity.capacity_hours) as decimal(18, 2)) as capacity_hours,
    cast(sum(capacity.available_hours) as decimal(18, 2)) as available_hours,
    cast(sum(capacity.target_hours) as decimal(18, 2)) as target_hours,
    cast(sum({{ money(wide('capacity.available_hours') ~ ' * coalesce(capacity.billable_target, 0.8)') }}) as decimal(18, 2))
        as target_hours_or_80
from {{ ref('fct_capacity') }} as capacity
inner join {{ ref('int_periods') }} as periods
    on
        capacity.legal_entity_key = periods.legal_entity_key
        and capacity.period_id = periods.period_id
inner join {{ ref('int_today') }} as build
    on periods.legal_entity_key = build.legal_entity_key and periods.start_date <= build.build_date
where capacity.worker_type = 'employee'
group by capacity.period_id, capacity.legal_entity_key, capacity.region, capacity.practice, capacity.role
