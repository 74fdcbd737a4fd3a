-- Grain: one row a project and period that its forecast says something about: what was left to spend when the
-- period before ended, spread over the working days then left; from the running period on what is left today,
-- spread by hard-booked hours where there are any. How bookings stood in the past is not kept.
with build as (
    select * from {{ ref('int_today') }}
),

estimates as (
    select
        estimates.*,
        estimates.period_end >= build.build_date as is_running,
        lead(estimates.period_id) over (partition by estimates.project_key order by estimates.period_end) as next_period_id,
        lead(estimates.period_end) over (partition by estimates.project_key order by estimates.period_end) as next_period_end
    from {{ ref('int_project_estimates') }} as estimates
    inner join build on estimates.legal_entity_key = build.legal_entity_key
),

sources as (
    select
        estimates.project_key,
        estimates.legal_entity_key,
        estimates.is_running,
        estimates.next_period_id,
        estimates.remaining_cost_group as remaining,
        estimates.measured_to,
        {{ add_days('estimates.measured_to', 1) }} as first_day,
        greatest(
            coalesce(projects.end_date, {{ add_days('estimates.measured_to', 1) }}),
            {{ add_days('estimates.measured_to', 1) }}
        ) as last_day
    from estimates
    inner join build on estimates.legal_entity_key = build.legal_entity_key
    inner join {{ ref('int_projects') }} as projects on estimates.project_key = projects.project_key
    where
        -- that nothing is left is a forecast too, against which an ended period's cost is measured
        case
            when estimates.is_running then estimates.remaining_cost_group <> 0
            else estimates.remaining_cost_group is not null and estimates.next_period_end < build.build_date
        end
),

booked as (
    select * from {{ ref('int_project_bookings') }}
),

by_booking as (
    select
        sources.project_key,
        sources.legal_entity_key,
        sources.is_running,
        booked.period_id,
        {{ share_of('sources.remaining', 'booked.hours_to', 'booked.total_hours') }}
        - {{ share_of('sources.remaining', 'booked.hours_to - booked.hours', 'booked.total_hours') }} as amount
    from sources
    inner join booked on sources.project_key = booked.project_key
    where sources.is_running and booked.total_hours > 0
),

stretches as (
    select
        sources.*,
        periods.period_id,
        least(periods.end_date, sources.last_day) as stretch_to,
        greatest({{ add_days('periods.start_date', -1) }}, sources.measured_to) as day_before
    from sources
    inner join {{ ref('int_periods') }} as periods
        on
            sources.legal_entity_key = periods.legal_entity_key
            and sources.first_day <= periods.end_date
            and sources.last_day >= periods.start_date
            and (sources.is_running or sources.next_period_id = periods.period_id)
    where not (sources.is_running and sources.project_key in (select project_key from booked where total_hours > 0))
),

by_days as (
    select
        stretches.project_key,
        stretches.legal_entity_key,
        stretches.is_running,
        stretches.period_id,
        case
            -- no working day is left: what is still open is due at once
            when last_days.working_days_to_date = days_so_far.working_days_to_date
                then case when stretches.day_before = stretches.measured_to then stretches.remaining else 0 end
            else
                {{ share_of(
                    'stretches.remaining', 'to_days.working_days_to_date - days_so_far.working_days_to_date',
                    'last_days.working_days_to_date - days_so_far.working_days_to_date'
                ) }}
                - {{ share_of(
                    'stretches.remaining', 'before_days.working_days_to_date - days_so_far.working_days_to_date',
                    'last_days.working_days_to_date - days_so_far.working_days_to_date'
                ) }}
        end as amount
    from stretches
    {%- for alias, day in [
        ('days_so_far', 'measured_to'), ('last_days', 'last_day'), ('before_days', 'day_before'), ('to_days', 'stretch_to')
    ] %}
    inner join {{ ref('int_working_days') }} as {{ alias }}
        on stretches.legal_entity_key = {{ alias }}.legal_entity_key and stretches.{{ day }} = {{ alias }}.day
    {%- endfor %}
)

select
    project_key,
    legal_entity_key,
    period_id,
    is_running as is_ahead,
    cast(amount as decimal(18, 2)) as forecast_cost
from by_booking
union all
select
    project_key,
    legal_entity_key,
    period_id,
    is_running as is_ahead,
    cast(amount as decimal(18, 2)) as forecast_cost
from by_days
