with quarantine as (

    select * from {{ source('landing', 'quarantine') }}

),

batches as (

    select * from {{ ref('stg_lake__committed_batches') }}

),

starts as (

    select
        batch_id,
        coalesce(try_cast({{ json_text('plan', 'replays') }} as bigint), batch_id) as first_batch_id
    from {{ source('landing', 'batches') }}
    where status = 'started'

),

-- batches that read the same bytes: the first and its replays, of which the newest speaks
attempts as (

    select
        starts.batch_id,
        max(starts.batch_id) over (partition by starts.first_batch_id) as newest_batch_id
    from starts
    inner join batches on starts.batch_id = batches.batch_id

)

select
    quarantine.batch_id,
    quarantine.feed,
    quarantine.source_system,
    quarantine.entity,
    quarantine.file,
    quarantine.row as file_row,
    quarantine.column_name,
    quarantine.value as given_value,
    quarantine.rule,
    quarantine.reason,
    quarantine."at",
    case when attempts.newest_batch_id > quarantine.batch_id then 'resolved' else 'open' end as status,
    case when attempts.newest_batch_id > quarantine.batch_id then attempts.newest_batch_id end as resolved_by_batch_id
from quarantine
inner join batches on quarantine.batch_id = batches.batch_id
left join attempts on quarantine.batch_id = attempts.batch_id
