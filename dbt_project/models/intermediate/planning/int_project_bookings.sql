{{ config(materialized='view') }}
-- Grain: one row a project and period of its books: hours hard-booked in it, up to its end and in all, by which what is left
-- to spend and to earn is spread.
with by_period as (
    select
        project_key,
        project_period_id as period_id,
        sum(hours) as hours,
        sum(amount_group) as amount_group,
        min(piece_from) as first_piece
    from {{ ref('int_booked_value') }}
    where booking_type = 'hard'
    group by project_key, project_period_id
)

select
    project_key,
    period_id,
    hours,
    amount_group,
    sum(hours) over (partition by project_key order by first_piece rows unbounded preceding) as hours_to,
    sum(hours) over (partition by project_key) as total_hours
from by_period
