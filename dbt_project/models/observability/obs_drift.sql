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

    union all

    -- a frozen feed lands nothing of a batch with such columns: that they were seen stands with the refusal
    select
        refused.feed,
        refused.frozen_entity as entity,
        {{ json_texts('refused.frozen_columns') }} as column_name,
        refused.frozen_file as file,
        refused.at as committed_at
    from {{ source('landing', 'batches') }} as refused
    where refused.frozen_columns is not null{{ known_at('refused.at', clock='now') }}

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
