-- Groups of which nothing is posted, with all that decides why: deadline, newest message, hold.

{%- set columns = [
    'match_key', 'flow', 'component', 'origin_type', 'origin_system', 'origin_id', 'contract_line_key', 'posted_count',
    'source_status', 'unmapped_members', 'is_original_posted', 'is_two_currencies', 'approved_at',
    'home_legal_entity_key', 'home_project_key', 'home_period_id', 'open_transaction', 'open_functional', 'open_group',
    'open_hours', 'lacks_transaction', 'lacks_functional', 'lacks_group',
] %}

with home as (

    select {{ columns | join(', ') }}
    from {{ ref('int_recon_home') }}
    where
        compared_as = 'unposted'
        and (open_transaction <> 0 or open_functional <> 0 or open_group <> 0 or open_hours <> 0)

),

messages as (

    select * from {{ ref('int_recon_messages') }}

),

origin_holds as (

    select * from {{ ref('int_recon_holds') }} where origin_type <> 'contract_line'

),

line_holds as (

    select
        origin_id as contract_line_key,
        period_id,
        max(hold_reason) as hold_reason
    from {{ ref('int_recon_holds') }}
    where origin_type = 'contract_line'
    group by origin_id, period_id

),

deadlines as (

    select * from {{ ref('int_posting_deadlines') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

timed as (

    select
        home.*,
        coalesce(messages.is_failed, false) as is_failed,
        origin_holds.origin_id is not null or line_holds.contract_line_key is not null as is_on_hold,
        coalesce(origin_holds.hold_reason, line_holds.hold_reason) as hold_reason,
        {{ add_hours('home.approved_at', 'deadlines.hours') }} as sla_at,
        periods.close_due_at
    from home
    left join messages
        on
            {{ carried_as('home.flow') }} = messages.carries
            and home.origin_type = messages.origin_type
            and home.origin_system = messages.origin_system
            and home.origin_id = messages.origin_id
    left join origin_holds
        on
            home.flow = origin_holds.flow
            and home.origin_type = origin_holds.origin_type
            and home.origin_system = origin_holds.origin_system
            and home.origin_id = origin_holds.origin_id
    left join line_holds
        on
            home.flow = 'revenue'
            and home.contract_line_key = line_holds.contract_line_key
            and home.home_period_id = line_holds.period_id
    left join deadlines
        on
            home.flow = deadlines.flow
            and home.home_legal_entity_key = deadlines.legal_entity_key
    left join periods
        on
            home.home_legal_entity_key = periods.legal_entity_key
            and home.home_period_id = periods.period_id

)

select
    *,
    -- the close cuts the time short only for what was approved before it
    case
        when approved_at <= close_due_at and close_due_at < sla_at then close_due_at
        -- what payroll posts is due by the close
        when approved_at is not null then coalesce(sla_at, close_due_at)
        -- approved, nobody says when: the close is the only deadline that is known
        when source_status = 'approved' then close_due_at
    end as due_at
from timed
