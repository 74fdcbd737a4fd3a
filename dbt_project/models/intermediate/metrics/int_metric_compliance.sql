-- Days on which an employee had hours to give, and those of them with an entry submitted by the period's
-- timesheet cut-off. Only periods whose cut-off has passed are counted.
with assignments as (
    select
        assignments.*,
        {{ divide(wide('assignments.weekly_hours') ~ ' * assignments.fte', 'entities.days_in_week') }} as daily_hours,
        entities.region
    from {{ ref('int_worker_assignments') }} as assignments
    inner join {{ ref('int_legal_entities') }} as entities
        on assignments.legal_entity_key = entities.legal_entity_key
    where assignments.worker_type = 'employee'
),

closing as (
    select periods.*
    from {{ ref('int_periods') }} as periods
    cross join {{ ref('int_build') }} as build
    where coalesce(periods.timesheet_cutoff_at, periods.close_due_at) <= build.build_time
),

worker_days as (
    select
        assignments.worker_key,
        assignments.worker_assignment_key,
        assignments.serves_entity_key,
        assignments.legal_entity_key,
        assignments.region,
        assignments.practice,
        assignments.role,
        assignments.daily_hours,
        days.day,
        days.period_id,
        coalesce(closing.timesheet_cutoff_at, closing.close_due_at) as cutoff_at
    from assignments
    inner join {{ ref('int_working_days') }} as days
        on
            assignments.legal_entity_key = days.legal_entity_key
            and days.is_working_day
            and days.day >= greatest(assignments.valid_from, coalesce(assignments.hire_date, assignments.valid_from))
            and days.day < assignments.valid_to
            and days.day <= coalesce(assignments.termination_date, days.day)
    inner join closing
        on
            days.legal_entity_key = closing.legal_entity_key
            and days.period_id = closing.period_id
),

submitted as (
    select
        worker_key,
        work_date,
        min(first_submitted_at) as submitted_at
    from {{ ref('int_time_priced') }}
    where not is_deleted and first_submitted_at is not null
    group by worker_key, work_date
),

-- whoever has two employments gives one day, at the larger of those with hours on it
due as (
    select worker_days.*
    from worker_days
    left join {{ ref('int_absence_days') }} as absent
        on
            worker_days.worker_assignment_key = absent.worker_assignment_key
            and worker_days.day = absent.day
    where worker_days.daily_hours > coalesce(absent.hours, 0)
    qualify row_number() over (
        partition by worker_days.worker_key, worker_days.day
        order by worker_days.serves_entity_key nulls first, worker_days.worker_assignment_key
    ) = 1
)

select
    due.period_id,
    due.legal_entity_key,
    due.region,
    due.practice,
    due.role,
    cast(null as string) as customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    count(*) as due_days,
    sum(case when submitted.submitted_at <= due.cutoff_at then 1 else 0 end) as compliant_days
from due
left join submitted
    on
        due.worker_key = submitted.worker_key
        and due.day = submitted.work_date
group by 1, 2, 3, 4, 5
