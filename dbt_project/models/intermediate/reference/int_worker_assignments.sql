with claims as (
    select
        worker_ids.key as worker_key,
        greatest(assignments.valid_from, worker_ids.valid_from) as valid_from,
        least(coalesce(assignments.valid_to, {{ open_end() }}), worker_ids.valid_to) as valid_to,
        assignments.valid_from as assigned_from,
        {{ resolved_key('assignments.legal_entity_id', 'entities') }} as legal_entity_key,
        {{ resolved_key('assignments.cost_center_id', 'cost_centers') }} as cost_center_key,
        {{ resolved_key('assignments.manager_id', 'managers') }} as manager_key,
        coalesce(assignments.practice, 'none') as practice,
        coalesce(assignments.role, 'none') as role,
        assignments.grade,
        assignments.location,
        assignments.fte,
        assignments.weekly_hours,
        assignments.billable_target,
        assignments.source_system,
        assignments._batch_id
    from {{ ref('stg_hcm__employee_assignments') }} as assignments
    {{ keyed_range_join('employee', 'worker_ids', 'assignments', 'employee_id') }}
    {{ resolve_join('legal_entity', 'entities', 'assignments.source_system', 'assignments.legal_entity_id', 'assignments.valid_from') }}
    {{ resolve_join('cost_center', 'cost_centers', 'assignments.source_system', 'assignments.cost_center_id', 'assignments.valid_from') }}
    {{ resolve_join('employee', 'managers', 'assignments.source_system', 'assignments.manager_id', 'assignments.valid_from') }}
    where
        not assignments.is_deleted
        and coalesce(assignments.valid_to, {{ open_end() }}) > assignments.valid_from
),

ranges as (
    {{ winning_ranges(
        'claims',
        key=['worker_key'],
        columns=[
            'legal_entity_key', 'cost_center_key', 'manager_key', 'practice', 'role', 'grade', 'location', 'fte',
            'weekly_hours', 'billable_target', 'source_system', '_batch_id',
        ],
        priority='claims.assigned_from desc, claims.source_system',
    ) }}
)

select
    ranges.worker_key || '@' || cast(ranges.valid_from as varchar) as worker_assignment_key,
    ranges.*,
    workers.worker_type,
    workers.hire_date,
    workers.termination_date
from ranges
inner join {{ ref('int_workers') }} as workers on ranges.worker_key = workers.worker_key
