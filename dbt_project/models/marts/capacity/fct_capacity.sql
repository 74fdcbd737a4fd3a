with assignments as (
    select
        assignments.*,
        entities.region,
        {{ divide(wide('assignments.weekly_hours') ~ ' * assignments.fte', 'entities.days_in_week') }} as daily_hours,
        greatest(
            assignments.valid_from, coalesce(assignments.hire_date, assignments.valid_from), horizon.first_work_day
        ) as first_day,
        least(
            {{ add_days('assignments.valid_to', -1) }},
            coalesce(assignments.termination_date, {{ add_days('assignments.valid_to', -1) }})
        ) as last_day
    from {{ ref('int_worker_assignments') }} as assignments
    cross join {{ ref('int_horizon') }} as horizon
    inner join {{ ref('int_legal_entities') }} as entities
        on assignments.legal_entity_key = entities.legal_entity_key
),

stretches as (
    select
        assignments.*,
        periods.period_id,
        greatest(assignments.first_day, periods.start_date) as stretch_from,
        least(assignments.last_day, periods.end_date) as stretch_to
    from assignments
    inner join {{ ref('int_periods') }} as periods
        on
            assignments.legal_entity_key = periods.legal_entity_key
            and assignments.first_day <= periods.end_date
            and assignments.last_day >= periods.start_date
            -- who left before an assignment began, or was hired after it ended, never worked in it
            and assignments.first_day <= assignments.last_day
),

counted as (
    select
        stretches.*,
        last_days.working_days_to_date - first_days.working_days_to_date
        + case when first_days.is_working_day then 1 else 0 end as working_days
    from stretches
    inner join {{ ref('int_working_days') }} as first_days
        on
            stretches.legal_entity_key = first_days.legal_entity_key
            and stretches.stretch_from = first_days.day
    inner join {{ ref('int_working_days') }} as last_days
        on
            stretches.legal_entity_key = last_days.legal_entity_key
            and stretches.stretch_to = last_days.day
),

absent as (
    -- nobody can be away for longer than the day's capacity
    select
        assignments.worker_assignment_key,
        days.period_id,
        sum(least(absences.hours, assignments.daily_hours)) as absence_hours
    from assignments
    inner join {{ ref('int_absence_days') }} as absences
        on
            assignments.worker_assignment_key = absences.worker_assignment_key
            and assignments.first_day <= absences.day
            and assignments.last_day >= absences.day
    inner join {{ ref('int_working_days') }} as days
        on
            assignments.legal_entity_key = days.legal_entity_key
            and absences.day = days.day
            and days.is_working_day
    group by assignments.worker_assignment_key, days.period_id
),

measured as (
    select
        counted.*,
        {{ money('counted.working_days * counted.daily_hours') }} as capacity_hours,
        {{ money('coalesce(absent.absence_hours, 0)') }} as absence_hours
    from counted
    left join absent
        on
            counted.worker_assignment_key = absent.worker_assignment_key
            and counted.period_id = absent.period_id
)

select
    worker_assignment_key,
    period_id,
    worker_key,
    worker_type,
    legal_entity_key,
    region,
    practice,
    role,
    stretch_from as first_day,
    stretch_to as last_day,
    cast(working_days as integer) as working_days,
    capacity_hours,
    absence_hours,
    cast(capacity_hours - absence_hours as decimal(18, 2)) as available_hours,
    billable_target,
    {{ money('cast(capacity_hours - absence_hours as decimal(38, 2)) * coalesce(billable_target, 0)') }} as target_hours
from measured
