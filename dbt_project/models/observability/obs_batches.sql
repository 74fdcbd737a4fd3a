with statuses as (

    -- a batch that was committed while this build ran is in none of its figures: here it has only started, too
    select * from {{ source('landing', 'batches') }}
    where
        (status <> 'committed' or batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }}))
        {{ known_at('"at"', clock='now') }}

),

file_texts as (

    select
        batch_id,
        entity,
        file,
        {{ json_record({
            'bytes': json_value('bytes'),
            'entity': json_value('entity'),
            'excluded': json_value('excluded'),
            'file': json_value('file'),
            'landed': json_value('landed'),
            'quarantined': json_value('quarantined'),
            'rows_read': json_value('rows_read'),
            'sha256': json_value('sha256'),
        }) }} as file_text
    from {{ source('landing', 'batch_files') }}

),

files as (

    select
        batch_id,
        string_agg(file_text, ',' order by entity, file, file_text) as files_text
    from file_texts
    group by batch_id

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

),

sealed as (

    select
        ranked.*,
        {{ json_record({
            'batch_id': json_value('ranked.batch_id'),
            'committed_at': json_value('cast(ranked."at" as varchar)'),
            'excluded': json_value('ranked.excluded'),
            'feed': json_value('ranked.feed'),
            'files': "'[' || coalesce(files.files_text, '') || ']'",
            'landed': json_value('ranked.landed'),
            'mode': json_value('ranked.mode'),
            'quarantined': json_value('ranked.quarantined'),
            'rows_read': json_value('ranked.rows_read'),
        }) }} as batch_text
    from ranked
    left join files on ranked.batch_id = files.batch_id
    where ranked.newest = 1

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
    message,
    -- of what landed and of the bytes it came from: close certificates stand on it
    case when status = 'committed' then {{ sha256_text('batch_text') }} end as content_hash
from sealed
