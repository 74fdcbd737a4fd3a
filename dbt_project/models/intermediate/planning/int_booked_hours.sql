-- Grain: one row a booking, accounting period of the person's books, one of the project's, terms and bill rate, with hours
-- of it after the build's day. A booking's hours are spread over its working days; what lies behind is history that time entries
-- tell better.
with days as (
    select * from {{ ref('int_working_days') }}
),

measured as (
    select
        bookings.*,
        last_days.working_days_to_date - first_days.working_days_to_date
        + case when first_days.is_working_day then 1 else 0 end as stretch_days,
        first_days.working_days_to_date - case when first_days.is_working_day then 1 else 0 end as days_before
    from {{ ref('int_bookings') }} as bookings
    inner join days as first_days
        on bookings.legal_entity_key = first_days.legal_entity_key and bookings.start_date = first_days.day
    inner join days as last_days
        on bookings.legal_entity_key = last_days.legal_entity_key and bookings.end_date = last_days.day
),

-- Each stretch has the working days of the books that it stands in: together they are the booking's.
counted as (
    select
        * exclude (days_before),
        days_before - (
            sum(stretch_days) over (partition by source_system, allocation_id order by start_date) - stretch_days
        ) as days_before,
        sum(stretch_days) over (partition by source_system, allocation_id) as total_days
    from measured
),

-- Capacity is compared in the person's periods, revenue and cost in the project's: where the calendars differ, a
-- booking is cut at the ends of both, and where other terms of the person or another bill rate take force.
pieces as (
    select
        counted.*,
        periods.period_id,
        project_periods.period_id as project_period_id,
        greatest(
            spells.spell_from, {{ add_days('build.build_date', 1) }}, periods.start_date, project_periods.start_date
        ) as piece_from,
        least(spells.spell_to, periods.end_date, project_periods.end_date) as piece_to
    from counted
    inner join {{ ref('int_booking_spells') }} as spells
        on
            counted.source_system = spells.source_system
            and counted.allocation_id = spells.allocation_id
            and spells.spell_from between counted.start_date and counted.end_date
    inner join {{ ref('int_today') }} as build on counted.legal_entity_key = build.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            counted.legal_entity_key = periods.legal_entity_key
            and spells.spell_to >= periods.start_date
            and greatest(spells.spell_from, {{ add_days('build.build_date', 1) }}) <= periods.end_date
    inner join {{ ref('int_periods') }} as project_periods
        on
            counted.project_entity_key = project_periods.legal_entity_key
            and least(spells.spell_to, periods.end_date) >= project_periods.start_date
            and greatest(spells.spell_from, {{ add_days('build.build_date', 1) }}, periods.start_date)
            <= project_periods.end_date
    where spells.spell_to > build.build_date and counted.total_days > 0
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
