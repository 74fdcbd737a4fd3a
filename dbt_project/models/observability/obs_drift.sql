with files as (

    select * from {{ source('landing', 'batch_files') }}
    where drift is not null and drift <> '[]'

),

batches as (

    select * from {{ ref('stg_lake__committed_batches') }}

),

columns_seen as (

    select
        files.feed,
        files.entity,
        {{ json_texts('files.drift') }} as column_name,
        files.file,
        batches.committed_at
    from files
    inner join batches on files.batch_id = batches.batch_id

)

select
    feed,
    entity,
    column_name,
    min(committed_at) as first_seen_at,
    max(committed_at) as last_seen_at,
    cast(count(distinct file) as bigint) as files
from columns_seen
group by feed, entity, column_name
