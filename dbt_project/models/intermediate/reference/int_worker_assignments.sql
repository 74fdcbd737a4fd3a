-- A person may be employed in two HR systems at once. What one system says of a day is settled first, the later agreed
-- counts; of several systems the later agreed counts too, since the older one often never ended what it knew, unless the
-- employments are together no more than one full time: then each is in force, and the largest is the main one.
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
        -- each system knows when its own employment began and ended
        case when employees.employee_id is null then workers.hire_date else employees.hire_date end as hire_date,
        case when employees.employee_id is null then workers.termination_date else employees.termination_date end
            as termination_date,
        workers.worker_type,
        assignments._batch_id
    from {{ ref('stg_hcm__employee_assignments') }} as assignments
    {{ keyed_range_join('employee', 'worker_ids', 'assignments', 'employee_id') }}
    {{ resolve_join('legal_entity', 'entities', 'assignments.source_system', 'assignments.legal_entity_id', 'assignments.valid_from') }}
    {{ resolve_join('cost_center', 'cost_centers', 'assignments.source_system', 'assignments.cost_center_id', 'assignments.valid_from') }}
    {{ resolve_join('employee', 'managers', 'assignments.source_system', 'assignments.manager_id', 'assignments.valid_from') }}
    inner join {{ ref('int_workers') }} as workers on worker_ids.key = workers.worker_key
    left join {{ ref('stg_hcm__employees') }} as employees
        on
            assignments.source_system = employees.source_system
            and assignments.employee_id = employees.employee_id
            and not employees.is_deleted
    where
        not assignments.is_deleted
        and coalesce(assignments.valid_to, {{ open_end() }}) > assignments.valid_from
),

-- the last day in one system ends nothing while it is the only one: who left keeps the terms for what is booked late
bounded as (
    select
        claims.*,
        case
            when
                min(source_system) over (partition by worker_key) <> max(source_system) over (partition by worker_key)
                then greatest(valid_from, least(valid_to, coalesce({{ add_days('termination_date', 1) }}, valid_to)))
            else valid_to
        end as worked_until
    from claims
),

employments as (
    {%- for is_worked, since, until in [('true', 'valid_from', 'worked_until'), ('false', 'worked_until', 'valid_to')] %}
    select
        bounded.* exclude (valid_from, valid_to, worked_until),
        {{ since }} as valid_from,
        {{ until }} as valid_to,
        {{ is_worked }} as is_worked
    from bounded
    where {{ since }} < {{ until }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

by_system as (
    {{ winning_ranges(
        'employments',
        key=['worker_key', 'source_system'],
        columns=[
            'legal_entity_key', 'cost_center_key', 'manager_key', 'practice', 'role', 'grade', 'location', 'fte',
            'weekly_hours', 'billable_target', 'worker_type', 'hire_date', 'termination_date', 'assigned_from', 'is_worked',
            '_batch_id',
        ],
        priority='claims.is_worked desc, claims.assigned_from desc',
    ) }}
),

edges as (
    select worker_key, valid_from as edge from by_system
    union
    select worker_key, valid_to as edge from by_system
),

pieces as (
    select
        worker_key,
        edge as piece_from,
        lead(edge) over (partition by worker_key order by edge) as piece_to
    from edges
),

side_by_side as (
    select
        by_system.* exclude (valid_from, valid_to, is_overlapping),
        pieces.piece_from as valid_from,
        pieces.piece_to as valid_to,
        row_number() over newest_first as place,
        sum(by_system.fte) over (newest_first rows between unbounded preceding and current row) as fte_to_here
    from by_system
    inner join pieces
        on
            by_system.worker_key = pieces.worker_key
            and by_system.valid_from < pieces.piece_to
            and by_system.valid_to > pieces.piece_from
    window newest_first as (
        partition by by_system.worker_key, pieces.piece_from
        order by by_system.is_worked desc, by_system.assigned_from desc, by_system.source_system
    )
),

judged as (
    select
        *,
        place = 1 or (is_worked and fte_to_here <= 1) as is_in_force
    from side_by_side
),

ranked as (
    select
        *,
        row_number() over (
            partition by worker_key, valid_from order by is_in_force desc, fte desc, place
        ) as size_place,
        row_number() over (
            partition by worker_key, valid_from, legal_entity_key order by is_in_force desc, fte desc, place
        ) as entity_place,
        count(*) filter (where is_in_force) over (partition by worker_key, valid_from) as count_in_force,
        -- what another system says of these days, of somebody who has not left there, counts for nothing
        bool_or(is_worked and not is_in_force) over (partition by worker_key, valid_from) as leaves_out_terms
    from judged
)

select
    worker_key || '@' || cast(valid_from as varchar) || case when size_place = 1 then '' else '@' || source_system end
        as worker_assignment_key,
    ranked.* exclude (
        assigned_from, is_worked, place, fte_to_here, is_in_force, size_place, entity_place, count_in_force
    ),
    count_in_force > 1 as is_side_by_side,
    -- the main one takes whatever the person does, one beside it what is done for projects and in books of its own entity
    case when size_place > 1 then case when entity_place = 1 then legal_entity_key else '' end end as serves_entity_key
from ranked
where is_in_force
