-- Percentiles of days, regions or interfaces cannot be averaged; from these rows they are taken anew.
select
    queued_on as day,
    period_id,
    legal_entity_key,
    flow,
    region,
    target,
    latency_seconds,
    cast(sum(messages) as bigint) as messages
from {{ ref('int_message_counts') }}
where latency_seconds is not null
group by 1, 2, 3, 4, 5, 6, 7
