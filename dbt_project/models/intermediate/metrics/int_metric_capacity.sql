-- Employees only: contractors are in neither side of a utilization. Periods that have not begun yet have
-- capacity but nothing to compare it with.
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
cross join {{ ref('int_build') }} as build
where capacity.worker_type = 'employee' and capacity.first_day <= build.build_date
group by capacity.period_id, capacity.legal_entity_key, capacity.region, capacity.practice, capacity.role
