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

),

stepped as (

    -- two significant digits: fine enough for a latency, and few rows a day however many messages
    select
        *,
        case
            {%- for below, step in [(100, 1), (1000, 10), (10000, 100), (100000, 1000)] %}
            when seconds < {{ below }} then {{ step }}
            {%- endfor %}
            else 10000
        end as step
    from succeeded

)

select
    day,
    flow,
    region,
    target,
    cast(round(seconds / step) * step as bigint) as latency_seconds,
    cast(count(*) as bigint) as messages
from stepped
group by 1, 2, 3, 4, 5
