-- Grain: one row a services contract line and running or coming period: what is left of the line's amount,
-- spread by the hard-booked hours of its project, else by the working days left. A line without an amount
-- (time and materials without a cap) takes the value of its project's hard bookings.
with backlog as (
    select backlog.*
    from {{ ref('int_backlog_contracted') }} as backlog
    inner join {{ ref('int_period_days') }} as days
        on
            backlog.legal_entity_key = days.legal_entity_key
            and backlog.period_id = days.period_id
    inner join {{ ref('int_build') }} as build on days.day = build.build_date
    where backlog.basis = 'operational' and not backlog.is_recurring
),

booked as (
    select
        project_key,
        period_id,
        sum(hours) as hours,
        sum(amount_group) as amount_group
    from {{ ref('int_booked_value') }}
    where booking_type = 'hard'
    group by project_key, period_id
),

booked_total as (
    select project_key, sum(hours) as hours
    from booked
    group by project_key
    having sum(hours) > 0
),

by_booking as (
    select
        backlog.contract_line_key,
        booked.period_id,
        {{ share_of('backlog.backlog_transaction', 'booked.hours', 'booked_total.hours') }} as amount,
        cast(null as decimal(18, 2)) as amount_group
    from backlog
    inner join booked_total on backlog.project_key = booked_total.project_key
    inner join booked on backlog.project_key = booked.project_key
    where not backlog.is_uncapped
),

ends as (
    select
        backlog.contract_line_key,
        backlog.legal_entity_key,
        backlog.period_id as running_period_id,
        backlog.backlog_transaction,
        {{ add_days('build.build_date', 1) }} as first_day,
        greatest(
            coalesce(projects.end_date, backlog.end_date, {{ add_days('build.build_date', 1) }}),
            {{ add_days('build.build_date', 1) }}
        ) as last_day
    from backlog
    cross join {{ ref('int_build') }} as build
    left join {{ ref('int_projects') }} as projects on backlog.project_key = projects.project_key
    left join booked_total on backlog.project_key = booked_total.project_key
    where not backlog.is_uncapped and booked_total.project_key is null
),

counted as (
    select
        ends.contract_line_key,
        days.period_id,
        ends.backlog_transaction,
        count(*) as working_days,
        sum(count(*)) over (partition by ends.contract_line_key) as total_days
    from ends
    inner join {{ ref('int_working_days') }} as days
        on
            ends.legal_entity_key = days.legal_entity_key
            and days.day between ends.first_day and ends.last_day
            and days.is_working_day
    group by ends.contract_line_key, days.period_id, ends.backlog_transaction
),

pieces as (
    select * from by_booking
    union all
    select
        contract_line_key,
        period_id,
        {{ share_of('backlog_transaction', 'working_days', 'total_days') }} as amount,
        cast(null as decimal(18, 2)) as amount_group
    from counted
    union all
    -- no working day is left: what is still open is due now
    select
        ends.contract_line_key,
        ends.running_period_id as period_id,
        ends.backlog_transaction as amount,
        cast(null as decimal(18, 2)) as amount_group
    from ends
    where ends.contract_line_key not in (select contract_line_key from counted)
    union all
    select
        backlog.contract_line_key,
        booked.period_id,
        cast(null as decimal(18, 2)) as amount,
        booked.amount_group
    from backlog
    inner join booked on backlog.project_key = booked.project_key
    where backlog.is_uncapped
)

select
    backlog.contract_line_key,
    backlog.legal_entity_key,
    backlog.region,
    backlog.practice,
    backlog.customer_key,
    backlog.project_key,
    backlog.billing_model,
    pieces.period_id,
    coalesce(pieces.amount_group, {{ translate('pieces.amount', 'group_rates.average_rate') }}) as amount_group
from pieces
inner join backlog on pieces.contract_line_key = backlog.contract_line_key
{{ group_rate_join('group_rates', 'backlog.legal_entity_key', 'pieces.period_id', 'backlog.currency') }}
