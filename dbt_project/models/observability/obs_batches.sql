with statuses as (

    select * from {{ source('landing', 'batches') }}
    where true {{ known_at('"at"', clock='now') }}

),

ranked as (

    select
        *,
        min("at") over (partition by batch_id) as started_at,
        row_number() over (
            partition by batch_id
            order by "at" desc, case status when 'started' then 1 else 0 end asc
        ) as newest
    from statuses

)

select
    batch_id,
    feed,
    source_system,
    mode,
    status,
    started_at,
    "at",
    rows_read,
    landed,
    quarantined,
    excluded,
    message
from ranked
where newest = 1
