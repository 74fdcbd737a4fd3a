with items as (

    select * from {{ ref('recon_item') }}
    where status <> 'resolved'

)

select
    flow,
    legal_entity_key,
    project_key,
    period_id,
    coalesce(work_period_id, 'none') as work_period_id,
    coalesce(currency, 'none') as currency,
    category,
    cast(sum(difference_transaction) as decimal(18, 2)) as amount_transaction,
    cast(coalesce(sum(difference_functional), 0) as decimal(18, 2)) as amount_functional,
    cast(coalesce(sum(difference_group), 0) as decimal(18, 2)) as amount_group,
    cast(sum(difference_hours) as decimal(18, 2)) as hours,
    count(*) as item_count,
    -- what these sums leave out
    count(*) filter (where difference_functional is null or difference_group is null) as items_without_rate
from items
group by
    flow, legal_entity_key, project_key, period_id, coalesce(work_period_id, 'none'), coalesce(currency, 'none'), category
