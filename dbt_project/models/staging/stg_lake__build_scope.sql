-- depends_on: {{ ref('stg_lake__committed_batches') }}
{%- set state = state_schema() %}
with decided as (
    {% if execute -%}
    select
        reason,
        is_full,
        last_build_time
    from {{ state }}.scope
    {%- else -%}
    select
        'parsed only' as reason,
        true as is_full,
        cast(null as timestamp with time zone) as last_build_time
    {%- endif %}
),

lost as (
    -- a batch that was built on and is gone, or one of the same number that was committed at another moment, means
    -- another lake: nothing of the last build can be trusted
    select count(*) as batches
    from {{ state }}.known_batches as known
    left join {{ ref('stg_lake__committed_batches') }} as committed
        on
            known.batch_id = committed.batch_id
            and known.committed_at = committed.committed_at
    where committed.batch_id is null
)

select
    case when lost.batches > 0 then 'batches of the last build are gone' else decided.reason end as reason,
    decided.is_full or lost.batches > 0 as is_full,
    decided.last_build_time
from decided
cross join lost
