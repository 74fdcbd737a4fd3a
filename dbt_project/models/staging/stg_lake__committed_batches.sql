with statuses as (
    select * from {{ source('landing', 'batches') }}
)

select
    batch_id,
    max(feed) as feed,
    max(source_system) as source_system,
    max(mode) as mode,
    max(statuses.at) as committed_at,
    max(max_updated_at) as max_updated_at
from statuses
where status = 'committed'{{ known_at('statuses.at', clock='now') }}
group by batch_id
