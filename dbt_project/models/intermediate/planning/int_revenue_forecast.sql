-- Grain: one row a services contract line and running or coming period: what is left of the line's amount,
-- spread by the hard-booked hours of its project, else by the working days left. Lines without an amount
-- (time and materials without a cap) take the value of their project's hard bookings. A retainer without an end cannot be
-- spread, so nothing is forecast of it, as nothing is recognized: it is an exception.
with backlog as (
    select
        backlog.*,
        lines.recognition_method
    from {{ ref('int_backlog_contracted') }} as backlog
    inner join {{ ref('int_revenue_lines') }} as lines on backlog.contract_line_key = lines.contract_line_key
    inner join {{ ref('int_period_days') }} as days
        on
            backlog.legal_entity_key = days.legal_entity_key
            and backlog.period_id = days.period_id
    inner join {{ ref('int_today') }} as build on days.legal_entity_key = build.legal_entity_key and days.day = build.build_date
    where
        backlog.basis = 'operational'
        and not backlog.is_recurring
        and not (lines.recognition_method = 'straight_line' and backlog.end_date is null)
),

booked as (
    select * from {{ ref('int_project_bookings') }}
),

-- Each piece is the difference of two rounded amounts to date, so that the pieces add up to the line's.
by_booking as (
    select
        backlog.contract_line_key,
        booked.period_id,
        {{ share_of('backlog.backlog_transaction', 'booked.hours_to', 'booked.total_hours') }}
        - {{ share_of('backlog.backlog_transaction', 'booked.hours_to - booked.hours', 'booked.total_hours') }} as amount,
        cast(null as decimal(18, 2)) as amount_group
    from backlog
    inner join booked on backlog.project_key = booked.project_key
    where not backlog.is_uncapped and booked.total_hours > 0
),

ends as (
    select
        backlog.contract_line_key,
        backlog.legal_entity_key,
        backlog.period_id as running_period_id,
        backlog.backlog_transaction,
        {{ add_days('build.build_date', 1) }} as first_day,
        greatest(
            -- a retainer earns to the end of its own term, however long the project goes on
            coalesce(
                case when backlog.recognition_method = 'straight_line' then backlog.end_date end,
                projects.end_date, backlog.end_date, {{ add_days('build.build_date', 1) }}
            ),
            {{ add_days('build.build_date', 1) }}
        ) as last_day
    from backlog
    inner join {{ ref('int_today') }} as build on backlog.legal_entity_key = build.legal_entity_key
    left join {{ ref('int_projects') }} as projects on backlog.project_key = projects.project_key
    where
        not backlog.is_uncapped
        and backlog.project_key not in (select project_key from booked where total_hours > 0)
),

counted as (
    select
        ends.contract_line_key,
        days.period_id,
        ends.backlog_transaction,
        count(*) as working_days,
        sum(count(*)) over (partition by ends.contract_line_key order by min(days.day) rows unbounded preceding) as days_to,
        sum(count(*)) over (partition by ends.contract_line_key) as total_days
    from ends
    inner join {{ ref('int_working_days') }} as days
        on
            ends.legal_entity_key = days.legal_entity_key
            and days.day between ends.first_day and ends.last_day
            and days.is_working_day
    group by ends.contract_line_key, days.period_id, ends.backlog_transaction
),

-- A booking names no line: several lines without an amount share what their project's hours are worth alike.
uncapped as (
    select
        contract_line_key,
        project_key,
        row_number() over (partition by project_key order by contract_line_key) as line_no,
        count(*) over (partition by project_key) as line_count
    from backlog
    where is_uncapped
),

pieces as (
    select * from by_booking
    union all
    select
        contract_line_key,
        period_id,
        {{ share_of('backlog_transaction', 'days_to', 'total_days') }}
        - {{ share_of('backlog_transaction', 'days_to - working_days', 'total_days') }} as amount,
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
        uncapped.contract_line_key,
        booked.period_id,
        cast(null as decimal(18, 2)) as amount,
        {{ share_of('booked.amount_group', 'uncapped.line_no', 'uncapped.line_count') }}
        - {{ share_of('booked.amount_group', 'uncapped.line_no - 1', 'uncapped.line_count') }} as amount_group
    from uncapped
    inner join booked on uncapped.project_key = booked.project_key
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
