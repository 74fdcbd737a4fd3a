-- Grain: one row a booking, accounting period of the person's books and one of the project's, with hours of it after
-- the build's day. A booking's hours are spread over its working days; what lies behind is history that time entries
-- tell better.
with bookings as (
    select
        allocations.*,
        {{ resolved_key('allocations.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('allocations.employee_id', 'worker_ids') }} as worker_key
    from {{ ref('stg_psa__resource_allocations') }} as allocations
    {{ resolve_join('project', 'project_ids', 'allocations.source_system', 'allocations.project_id', 'allocations.start_date') }}
    {{ resolve_join('employee', 'worker_ids', 'allocations.source_system', 'allocations.employee_id', 'allocations.start_date') }}
    where not allocations.is_deleted and allocations.end_date >= allocations.start_date
),

-- The person's own calendar counts, and the project's where nobody is named yet.
placed as (
    select
        bookings.*,
        projects.customer_key,
        projects.billing_model,
        projects.legal_entity_key as project_entity_key,
        coalesce(assignments.legal_entity_key, projects.legal_entity_key) as legal_entity_key,
        coalesce(assignments.practice, projects.practice, 'none') as practice,
        coalesce(assignments.role, bookings.role, 'none') as booked_role,
        coalesce(assignments.worker_type, 'unnamed') as worker_type
    from bookings
    inner join {{ ref('int_projects') }} as projects on bookings.project_key = projects.project_key
    left join {{ ref('int_worker_assignments') }} as assignments
        on
            bookings.worker_key = assignments.worker_key
            and bookings.start_date >= assignments.valid_from
            and bookings.start_date < assignments.valid_to
),

days as (
    select * from {{ ref('int_working_days') }}
),

counted as (
    select
        placed.*,
        last_days.working_days_to_date - first_days.working_days_to_date
        + case when first_days.is_working_day then 1 else 0 end as total_days,
        first_days.working_days_to_date - case when first_days.is_working_day then 1 else 0 end as days_before
    from placed
    inner join days as first_days
        on placed.legal_entity_key = first_days.legal_entity_key and placed.start_date = first_days.day
    inner join days as last_days
        on placed.legal_entity_key = last_days.legal_entity_key and placed.end_date = last_days.day
),

-- Capacity is compared in the person's periods, revenue and cost in the project's: where the calendars differ, a
-- booking is cut at the ends of both.
pieces as (
    select
        counted.*,
        periods.period_id,
        project_periods.period_id as project_period_id,
        greatest(
            counted.start_date, {{ add_days('build.build_date', 1) }}, periods.start_date, project_periods.start_date
        ) as piece_from,
        least(counted.end_date, periods.end_date, project_periods.end_date) as piece_to
    from counted
    cross join {{ ref('int_build') }} as build
    inner join {{ ref('int_periods') }} as periods
        on
            counted.legal_entity_key = periods.legal_entity_key
            and counted.end_date >= periods.start_date
            and greatest(counted.start_date, {{ add_days('build.build_date', 1) }}) <= periods.end_date
    inner join {{ ref('int_periods') }} as project_periods
        on
            counted.project_entity_key = project_periods.legal_entity_key
            and least(counted.end_date, periods.end_date) >= project_periods.start_date
            and greatest(counted.start_date, {{ add_days('build.build_date', 1) }}, periods.start_date)
            <= project_periods.end_date
    where counted.end_date > build.build_date and counted.total_days > 0
)

select
    pieces.source_system,
    pieces.allocation_id,
    pieces.period_id,
    pieces.project_period_id,
    pieces.booking_type,
    pieces.project_key,
    pieces.customer_key,
    pieces.billing_model,
    pieces.project_entity_key,
    pieces.legal_entity_key,
    pieces.worker_key,
    pieces.worker_type,
    pieces.practice,
    pieces.booked_role as role,
    pieces.piece_from,
    pieces.piece_to,
    cast(
        {{ share_of('pieces.hours', 'to_days.working_days_to_date - pieces.days_before', 'pieces.total_days') }}
        - {{ share_of(
            'pieces.hours',
            'from_days.working_days_to_date - case when from_days.is_working_day then 1 else 0 end - pieces.days_before',
            'pieces.total_days'
        ) }} as decimal(18, 2)
    ) as hours
from pieces
inner join days as from_days
    on pieces.legal_entity_key = from_days.legal_entity_key and pieces.piece_from = from_days.day
inner join days as to_days
    on pieces.legal_entity_key = to_days.legal_entity_key and pieces.piece_to = to_days.day
