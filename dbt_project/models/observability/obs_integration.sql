-- Days are those of the legal entity of what was carried, so that the days of a period add up to its figures.
with messages as (

    select * from {{ ref('int_message_counts') }}

),

attempts as (

    select
        queued_on as day,
        legal_entity_key,
        flow,
        region,
        target,
        sum(messages) as attempts,
        sum(messages) filter (where status = 'succeeded') as succeeded,
        sum(messages) filter (where status = 'failed') as failed,
        sum(messages) filter (where status = 'dead_letter') as dead_letter,
        sum(messages) filter (where attempt > 1) as retries
    from messages
    group by queued_on, legal_entity_key, flow, region, target

),

ended as (

    select
        ended_on as day,
        legal_entity_key,
        flow,
        region,
        target,
        sum(messages) as messages
    from messages
    where ended_on is not null
    group by ended_on, legal_entity_key, flow, region, target

),

movements as (

    select day, legal_entity_key, flow, region, target, attempts as change from attempts
    union all
    select day, legal_entity_key, flow, region, target, -messages from ended

),

daily as (

    select
        day,
        legal_entity_key,
        flow,
        region,
        target,
        sum(change) as change
    from movements
    group by day, legal_entity_key, flow, region, target

),

queues as (

    select
        day,
        legal_entity_key,
        flow,
        region,
        target,
        sum(change) over (
            partition by legal_entity_key, flow, region, target
            order by day
            rows between unbounded preceding and current row
        ) as queue_depth
    from daily

)

select
    queues.day,
    coalesce(periods.period_id, 'none') as period_id,
    queues.legal_entity_key,
    queues.flow,
    queues.region,
    queues.target,
    cast(coalesce(attempts.attempts, 0) as bigint) as attempts,
    cast(coalesce(attempts.succeeded, 0) as bigint) as succeeded,
    cast(coalesce(attempts.failed, 0) as bigint) as failed,
    cast(coalesce(attempts.dead_letter, 0) as bigint) as dead_letter,
    cast(coalesce(attempts.retries, 0) as bigint) as retries,
    cast(queues.queue_depth as bigint) as queue_depth
from queues
{{ work_period_join('periods', 'queues.legal_entity_key', 'queues.day') }}
left join attempts
    on
        queues.day = attempts.day
        and queues.legal_entity_key = attempts.legal_entity_key
        and queues.flow = attempts.flow
        and queues.region = attempts.region
        and queues.target = attempts.target
