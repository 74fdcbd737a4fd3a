-- The newest state in which a published mart showed each item, as far as the as-of knows it.

with history as (

    select * from {{ source('landing', 'recon_item_history') }}
    where true {{ known_at('build_time', clock='any') }}

),

ranked as (

    select
        *,
        min(build_time) over (partition by item_id) as first_seen_at,
        row_number() over (partition by item_id order by published_at desc, run_id desc) as newest
    from history

),

-- what it stood at before it was resolved
standing as (

    select
        item_id,
        max_by(difference_transaction, published_at) as last_difference_transaction,
        max_by(difference_functional, published_at) as last_difference_functional,
        max_by(difference_group, published_at) as last_difference_group
    from history
    where status <> 'resolved'
    group by item_id

)

select
    ranked.*,
    standing.last_difference_transaction,
    standing.last_difference_functional,
    standing.last_difference_group
from ranked
left join standing on ranked.item_id = standing.item_id
where ranked.newest = 1
