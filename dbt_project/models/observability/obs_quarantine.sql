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
        starts.first_batch_id,
        max(starts.batch_id) over (partition by starts.first_batch_id) as newest_batch_id
    from starts
    inner join batches on starts.batch_id = batches.batch_id

),

-- a corrected row lands from a file named after the action that proposed it; refused again, it stands there; it is the
-- same row in every replay of its batch
corrected as (
    select
        coalesce(starts.first_batch_id, actions.batch_id) as first_batch_id,
        actions.row_id,
        actions.source,
        max(files.batch_id) as batch_id
    from (
        select
            action_id,
            cast(split_part(item_id, '/', 1) as bigint) as batch_id,
            substr(item_id, strpos(item_id, '/') + 1) as row_id,
            {{ json_text('payload', 'source') }} as source
        from {{ source('landing', 'action') }}
        where action_type = 'resubmit'
    ) as actions
    inner join {{ source('landing', 'batch_files') }} as files
        on files.file = '_resubmitted/' || actions.action_id || '.ndjson'
    inner join batches on files.batch_id = batches.batch_id
    left join starts on actions.batch_id = starts.batch_id
    group by coalesce(starts.first_batch_id, actions.batch_id), actions.row_id, actions.source
),

-- each refused row that a batch put right, by its batch, entity, file and row
settled_rows as (
    select
        files.batch_id,
        {{ json_texts('files.settles') }} as item_id
    from {{ source('landing', 'batch_files') }} as files
    inner join batches on files.batch_id = batches.batch_id
    where files.settles <> '[]'
),

-- a deletion that came before its record is settled by the first batch that brought one
settled as (
    select
        item_id,
        min(batch_id) as batch_id
    from settled_rows
    group by item_id
),

named as (
    select
        *,
        entity || '/' || file || '/' || cast(row as varchar) as row_id
    from quarantine
),

resolved as (
    select
        quarantine.*,
        case
            when attempts.newest_batch_id > quarantine.batch_id then attempts.newest_batch_id
            else coalesce(corrected.batch_id, settled.batch_id)
        end as resolved_by_batch_id
    from named as quarantine
    inner join batches on quarantine.batch_id = batches.batch_id
    left join attempts on quarantine.batch_id = attempts.batch_id
    left join corrected
        on
            coalesce(attempts.first_batch_id, quarantine.batch_id) = corrected.first_batch_id
            and quarantine.row_id = corrected.row_id
            and coalesce(corrected.source, quarantine.source, '') = coalesce(quarantine.source, corrected.source, '')
    left join settled
        on
            cast(quarantine.batch_id as varchar) || '/' || quarantine.row_id = settled.item_id
            and quarantine.rule = 'unknown_record'
)

select
    batch_id,
    feed,
    source_system,
    entity,
    file,
    row as file_row,
    column_name,
    value as given_value,
    rule,
    reason,
    "at",
    case when resolved_by_batch_id is null then 'open' else 'resolved' end as status,
    resolved_by_batch_id
from resolved
