-- Placing an attempt (int_messages) joins it to the record that it carried: done once, for all that count attempts.
select
    legal_entity_key,
    period_id,
    region,
    flow,
    target,
    status,
    attempt,
    queued_on,
    ended_on,
    latency_seconds,
    count(*) as messages
from {{ ref('int_messages') }}
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
