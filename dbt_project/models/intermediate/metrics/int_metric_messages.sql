-- Messages by the period and legal entity in which they stand, and beside them what waits at the end of each period.
with messages as (
    select * from {{ ref('int_message_counts') }}
),

traffic as (
    select
        period_id,
        legal_entity_key,
        region,
        flow,
        latency_seconds,
        cast(sum(messages) as bigint) as attempts,
        sum(case when status in ('failed', 'dead_letter') then messages else 0 end) as failed,
        sum(case when status = 'dead_letter' then messages else 0 end) as dead_letters,
        sum(case when attempt > 1 then messages else 0 end) as retries,
        sum(case when latency_seconds is not null then messages else 0 end) as timed,
        0 as waiting
    from messages
    group by 1, 2, 3, 4, 5
),

movements as (
    select
        legal_entity_key,
        region,
        flow,
        queued_on as day,
        sum(messages) as change
    from messages
    group by 1, 2, 3, 4
    union all
    select
        legal_entity_key,
        region,
        flow,
        ended_on as day,
        -sum(messages) as change
    from messages
    where ended_on is not null
    group by 1, 2, 3, 4
),

queues as (
    select
        periods.period_id,
        movements.legal_entity_key,
        movements.region,
        movements.flow,
        sum(movements.change) as waiting
    from movements
    inner join {{ ref('int_today') }} as build on movements.legal_entity_key = build.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            movements.legal_entity_key = periods.legal_entity_key
            and movements.day <= periods.end_date
            and build.build_date >= periods.start_date
    group by 1, 2, 3, 4
),

stacked as (
    select * from traffic
    union all
    select
        period_id,
        legal_entity_key,
        region,
        flow,
        null as latency_seconds,
        0 as attempts,
        0 as failed,
        0 as dead_letters,
        0 as retries,
        0 as timed,
        waiting
    from queues
)

select
    period_id,
    legal_entity_key,
    region,
    cast(null as string) as practice,
    cast(null as string) as role,
    cast(null as string) as customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    flow,
    latency_seconds,
    attempts,
    failed,
    dead_letters,
    retries,
    timed,
    waiting
from stacked
