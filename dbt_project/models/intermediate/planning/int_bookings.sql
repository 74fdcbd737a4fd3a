{{ config(materialized='view') }}
-- Grain: one row a booking and stretch of its days (start_date to end_date) over which the terms of the person do not change,
-- with the project's books and the person's in force on those days. `hours` are the whole booking's.
with bookings as (
    select
        allocations.* exclude (end_date),
        allocations.end_date as booked_to,
        {{ resolved_key('allocations.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('allocations.employee_id', 'worker_ids') }} as booked_worker_key
    from {{ ref('stg_psa__resource_allocations') }} as allocations
    {{ resolve_join('project', 'project_ids', 'allocations.source_system', 'allocations.project_id', 'allocations.start_date') }}
    {{ resolve_join('employee', 'worker_ids', 'allocations.source_system', 'allocations.employee_id', 'allocations.start_date') }}
    where not allocations.is_deleted and allocations.end_date >= allocations.start_date
),

assignments as (
    select * from {{ ref('int_worker_assignments') }}
),

workers as (
    select * from {{ ref('int_workers') }}
),

changes as (
    {%- for relation, day in [
        ('assignments', 'valid_from'), ('assignments', 'valid_to'), ('assignments', 'hire_date'),
        ('assignments', add_days('termination_date', 1)), ('workers', add_days('termination_date', 1)),
    ] %}
    select
        worker_key,
        {{ day }} as day
    from {{ relation }}
    {% if not loop.last %}union{% endif %}
    {%- endfor %}
),

starts as (
    select
        source_system,
        allocation_id,
        start_date as day
    from bookings
    union
    select
        bookings.source_system,
        bookings.allocation_id,
        changes.day
    from bookings
    inner join changes
        on
            bookings.booked_worker_key = changes.worker_key
            and bookings.start_date < changes.day
            and bookings.booked_to >= changes.day
),

stretches as (
    select
        bookings.* exclude (start_date),
        starts.day as start_date,
        coalesce(
            {{ add_days('lead(starts.day) over (partition by starts.source_system, starts.allocation_id order by starts.day)', -1) }},
            bookings.booked_to
        ) as end_date
    from starts
    inner join bookings
        on
            starts.source_system = bookings.source_system
            and starts.allocation_id = bookings.allocation_id
),

employed as (
    select
        stretches.*,
        projects.customer_key,
        projects.billing_model,
        projects.legal_entity_key as project_entity_key,
        projects.practice as project_practice,
        coalesce(beside.legal_entity_key, assignments.legal_entity_key) as worker_entity_key,
        coalesce(beside.practice, assignments.practice) as worker_practice,
        coalesce(beside.role, assignments.role) as worker_role,
        coalesce(beside.worker_type, assignments.worker_type) as assigned_type,
        case when beside.worker_key is null then assignments.hire_date else beside.hire_date end as hire_date,
        case
            when beside.worker_key is not null then beside.termination_date
            when assignments.worker_key is not null then assignments.termination_date
            else workers.termination_date
        end as termination_date
    from stretches
    inner join {{ ref('int_projects') }} as projects on stretches.project_key = projects.project_key
    left join workers on stretches.booked_worker_key = workers.worker_key
    left join assignments
        on
            stretches.booked_worker_key = assignments.worker_key
            and stretches.start_date >= assignments.valid_from
            and stretches.start_date < assignments.valid_to
            and assignments.serves_entity_key is null
    left join assignments as beside
        on
            stretches.booked_worker_key = beside.worker_key
            and stretches.start_date >= beside.valid_from
            and stretches.start_date < beside.valid_to
            and projects.legal_entity_key = beside.serves_entity_key
            and coalesce(assignments.legal_entity_key, '') <> projects.legal_entity_key
),

-- Who has left takes no booking along: it stays the project's, as one of the role, with nobody named.
placed as (
    select
        *,
        coalesce(start_date > termination_date, false) as is_after_leaving,
        assigned_type is not null
        and start_date >= coalesce(hire_date, start_date) and start_date <= coalesce(termination_date, start_date) as is_at_work
    from employed
)

-- The person's own calendar counts, and the project's where nobody is named or at work yet.
select
    source_system,
    allocation_id,
    booking_type,
    hours,
    project_key,
    customer_key,
    billing_model,
    project_entity_key,
    booked_worker_key,
    is_after_leaving,
    start_date,
    end_date,
    case when is_after_leaving then 'none' else booked_worker_key end as worker_key,
    case when is_at_work then worker_entity_key else project_entity_key end as legal_entity_key,
    coalesce(case when is_at_work then worker_practice end, project_practice, 'none') as practice,
    coalesce(worker_role, role, 'none') as booked_role,
    case when is_at_work then assigned_type else 'unnamed' end as worker_type
from placed
