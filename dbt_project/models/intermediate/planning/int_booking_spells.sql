{{ config(materialized='view') }}
-- Grain: one row a booking and stretch of its days over which neither the terms of its person
-- change nor a bill rate of person, role or project begins or ends.
with bookings as (
    select * from {{ ref('int_bookings') }}
),

rates as (
    select * from {{ ref('int_bill_rates') }}
),

changes as (
    select
        project_key,
        worker_key,
        role,
        valid_from as day
    from rates
    union
    select
        project_key,
        worker_key,
        role,
        valid_to as day
    from rates
),

starts as (
    select
        source_system,
        allocation_id,
        start_date as spell_from,
        end_date
    from bookings
    union
    select
        bookings.source_system,
        bookings.allocation_id,
        changes.day as spell_from,
        bookings.end_date
    from bookings
    inner join changes
        on
            bookings.project_key = changes.project_key
            and changes.worker_key in (bookings.worker_key, 'none')
            and changes.role in (bookings.booked_role, 'none')
            and bookings.start_date < changes.day
            and bookings.end_date >= changes.day
)

select
    source_system,
    allocation_id,
    spell_from,
    least(
        lead({{ add_days('spell_from', -1) }}, 1, end_date) over (
            partition by source_system, allocation_id order by spell_from
        ),
        end_date
    ) as spell_to
from starts
