with files as (

    select * from {{ source('landing', 'batch_files') }}

),

batches as (

    select * from {{ ref('stg_lake__committed_batches') }}

),

build as (

    select * from {{ ref('int_build') }}

)

select
    files.feed,
    files.entity,
    max(files.max_updated_at) as newest_updated_at,
    max(batches.committed_at) as landed_at,
    cast(sum(files.landed) as bigint) as landed_rows,
    cast(count(*) as bigint) as files,
    cast(max(date_diff('hour', files.max_updated_at, build.build_time)) as bigint) as age_hours
from files
inner join batches on files.batch_id = batches.batch_id
cross join build
group by files.feed, files.entity
