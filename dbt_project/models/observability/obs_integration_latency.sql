-- Percentiles of days, regions or interfaces cannot be averaged; from these rows they are taken anew.
with succeeded as (

    select
        {{ utc_date('queued_at') }} as day,
        flow,
        coalesce(region, 'none') as region,
        target_name as target,
        {{ milliseconds_apart('queued_at', 'finished_at') }} / 1000.0 as seconds
    from {{ ref('stg_integration__integration_messages') }}
    where not is_deleted and status = 'succeeded' and finished_at is not null

)

select
    day,
    flow,
    region,
    target,
    {{ two_digits('seconds') }} as latency_seconds,
    cast(count(*) as bigint) as messages
from succeeded
group by 1, 2, 3, 4, 5
