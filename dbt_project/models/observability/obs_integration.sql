with messages as (

    select
        flow,
        coalesce(region, 'none') as region,
        target_name as target,
        status,
        attempt,
        queued_at,
        finished_at,
        {{ utc_date('queued_at') }} as queued_on,
        -- what waits in the queue leaves it when the attempt ends, however it ends
        case when status not in ('queued', 'in_progress') then {{ utc_date('coalesce(finished_at, queued_at)') }} end as ended_on,
        {{ milliseconds_apart('queued_at', 'finished_at') }} / 1000.0 as latency_seconds
    from {{ ref('stg_integration__integration_messages') }}
    where not is_deleted

),

attempts as (

    select
        queued_on as day,
        flow,
        region,
        target,
        count(*) as attempts,
        count(*) filter (where status = 'succeeded') as succeeded,
        count(*) filter (where status = 'failed') as failed,
        count(*) filter (where status = 'dead_letter') as dead_letter,
        count(*) filter (where attempt > 1) as retries,
        quantile_cont(latency_seconds, 0.5) filter (where status = 'succeeded') as latency_p50_seconds,
        quantile_cont(latency_seconds, 0.95) filter (where status = 'succeeded') as latency_p95_seconds
    from messages
    group by queued_on, flow, region, target

),

ended as (

    select
        ended_on as day,
        flow,
        region,
        target,
        count(*) as messages
    from messages
    where ended_on is not null
    group by ended_on, flow, region, target

),

movements as (

    select day, flow, region, target, attempts as change from attempts
    union all
    select day, flow, region, target, -messages from ended

),

daily as (

    select
        day,
        flow,
        region,
        target,
        sum(change) as change
    from movements
    group by day, flow, region, target

),

queues as (

    select
        day,
        flow,
        region,
        target,
        sum(change) over (
            partition by flow, region, target
            order by day
            rows between unbounded preceding and current row
        ) as queue_depth
    from daily

)

select
    queues.day,
    queues.flow,
    queues.region,
    queues.target,
    cast(coalesce(attempts.attempts, 0) as bigint) as attempts,
    cast(coalesce(attempts.succeeded, 0) as bigint) as succeeded,
    cast(coalesce(attempts.failed, 0) as bigint) as failed,
    cast(coalesce(attempts.dead_letter, 0) as bigint) as dead_letter,
    cast(coalesce(attempts.retries, 0) as bigint) as retries,
    cast(attempts.latency_p50_seconds as double) as latency_p50_seconds,
    cast(attempts.latency_p95_seconds as double) as latency_p95_seconds,
    cast(queues.queue_depth as bigint) as queue_depth
from queues
left join attempts
    on
        queues.day = attempts.day
        and queues.flow = attempts.flow
        and queues.region = attempts.region
        and queues.target = attempts.target
