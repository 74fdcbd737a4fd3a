with assigned as (
    select
        assignments.worker_assignment_key,
        workers.worker_key,
        workers.employee_id,
        workers.source_system,
        workers.full_name as name,
        workers.worker_type,
        workers.vendor_key,
        workers.hire_date,
        workers.termination_date,
        assignments.legal_entity_key,
        assignments.cost_center_key,
        assignments.manager_key,
        assignments.practice,
        assignments.role,
        assignments.grade,
        assignments.location,
        assignments.fte,
        assignments.weekly_hours,
        assignments.billable_target,
        assignments.valid_from,
        assignments.valid_to,
        coalesce(
            build.build_date >= assignments.valid_from and build.build_date < assignments.valid_to, false
        ) as is_current,
        workers.is_deleted
    from {{ ref('int_workers') }} as workers
    cross join {{ ref('int_build') }} as build
    left join {{ ref('int_worker_assignments') }} as assignments on workers.worker_key = assignments.worker_key
)

select
    coalesce(worker_assignment_key, worker_key || '@none') as worker_assignment_key,
    worker_key,
    employee_id,
    source_system,
    name,
    worker_type,
    vendor_key,
    hire_date,
    termination_date,
    coalesce(legal_entity_key, 'none') as legal_entity_key,
    coalesce(cost_center_key, 'none') as cost_center_key,
    coalesce(manager_key, 'none') as manager_key,
    coalesce(practice, 'none') as practice,
    coalesce(role, 'none') as role,
    grade,
    location,
    fte,
    weekly_hours,
    billable_target,
    valid_from,
    valid_to,
    is_current,
    is_deleted
from assigned
{%- for member, words in [('unmapped', 'Not mapped'), ('none', 'None')] %}
union all
select
    '{{ member }}' as worker_assignment_key,
    '{{ member }}' as worker_key,
    cast(null as varchar) as employee_id,
    cast(null as varchar) as source_system,
    '{{ words }}' as name,
    cast(null as varchar) as worker_type,
    'none' as vendor_key,
    cast(null as date) as hire_date,
    cast(null as date) as termination_date,
    'none' as legal_entity_key,
    'none' as cost_center_key,
    'none' as manager_key,
    'none' as practice,
    'none' as role,
    cast(null as varchar) as grade,
    cast(null as varchar) as location,
    cast(null as decimal(9, 6)) as fte,
    cast(null as decimal(9, 2)) as weekly_hours,
    cast(null as decimal(9, 6)) as billable_target,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    false as is_current,
    false as is_deleted
{%- endfor %}
