{{ config(materialized='view') }}
-- Grain: one row a booking with its project's books and the person's, as they stand on its first day.
with bookings as (
    select
        allocations.*,
        {{ resolved_key('allocations.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('allocations.employee_id', 'worker_ids') }} as worker_key
    from {{ ref('stg_psa__resource_allocations') }} as allocations
    {{ resolve_join('project', 'project_ids', 'allocations.source_system', 'allocations.project_id', 'allocations.start_date') }}
    {{ resolve_join('employee', 'worker_ids', 'allocations.source_system', 'allocations.employee_id', 'allocations.start_date') }}
    where not allocations.is_deleted and allocations.end_date >= allocations.start_date
)

-- The person's own calendar counts, and the project's where nobody is named yet.
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
