-- Messages by the legal entity of what they carried, in the period of the day on which they were queued there; what
-- carried no entry of time or expense stands under no entity. Beside them what waits at the end of each period.
with origins as (
    select
        'time_entry' as origin_type,
        source_system,
        time_entry_id as origin_id,
        legal_entity_key
    from {{ ref('int_time_priced') }}
    union all
    select
        'expense' as origin_type,
        source_system,
        expense_id as origin_id,
        legal_entity_key
    from {{ ref('int_expense_priced') }}
),

placed as (
    select
        messages.flow,
        messages.status,
        messages.attempt,
        messages.queued_at,
        messages.finished_at,
        coalesce(messages.region, 'none') as region,
        coalesce(origins.legal_entity_key, 'none') as legal_entity_key,
        coalesce(entities.time_zone, 'UTC') as time_zone
    from {{ ref('stg_integration__integration_messages') }} as messages
    left join origins
        on
            messages.origin_type = origins.origin_type
            and coalesce(messages.origin_system, messages.source_name) = origins.source_system
            and messages.origin_id = origins.origin_id
    left join {{ ref('int_legal_entities') }} as entities on origins.legal_entity_key = entities.legal_entity_key
    where not messages.is_deleted
),

dated as (
    select
        placed.*,
        {{ local_date('queued_at', 'time_zone') }} as queued_on,
        -- what waits in the queue leaves it when the attempt ends, however it ends
        case
            when status not in ('queued', 'in_progress')
                then {{ local_date('coalesce(finished_at, queued_at)', 'time_zone') }}
        end as ended_on,
        case
            when status = 'succeeded' and finished_at is not null
                then {{ two_digits(milliseconds_apart('queued_at', 'finished_at') ~ ' / 1000.0') }}
        end as latency_seconds
    from placed
),

traffic as (
    select
        coalesce(periods.period_id, 'none') as period_id,
        dated.legal_entity_key,
        dated.region,
        dated.flow,
        dated.latency_seconds,
        count(*) as attempts,
        sum(case when dated.status in ('failed', 'dead_letter') then 1 else 0 end) as failed,
        sum(case when dated.status = 'dead_letter' then 1 else 0 end) as dead_letters,
        sum(case when dated.attempt > 1 then 1 else 0 end) as retries,
        sum(case when dated.latency_seconds is not null then 1 else 0 end) as timed,
        0 as waiting
    from dated
    {{ work_period_join('periods', 'dated.legal_entity_key', 'dated.queued_on') }}
    group by 1, 2, 3, 4, 5
),

movements as (
    select
        legal_entity_key,
        region,
        flow,
        queued_on as day,
        count(*) as change
    from dated
    group by 1, 2, 3, 4
    union all
    select
        legal_entity_key,
        region,
        flow,
        ended_on as day,
        -count(*) as change
    from dated
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
    cross join {{ ref('int_build') }} as build
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
