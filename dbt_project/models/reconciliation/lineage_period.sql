-- What a posting's own row cannot say: that it was made in another period than the one that its schedule line is for,
-- under which it is matched.

with posted as (

    select
        ledger_id,
        basis,
        origin_type,
        origin_system,
        origin_id,
        period_id
    from {{ ref('fct_project_ledger') }}
    where basis = 'finance_posted' and origin_type = 'revenue_schedule'

)

select
    posted.ledger_id,
    schedule_lines.period_id
from posted
inner join {{ ref('int_schedule_line_periods') }} as schedule_lines
    on
        posted.basis = schedule_lines.basis
        and posted.origin_type = schedule_lines.origin_type
        and posted.origin_system = schedule_lines.origin_system
        and posted.origin_id = schedule_lines.origin_id
        and posted.period_id <> schedule_lines.period_id
