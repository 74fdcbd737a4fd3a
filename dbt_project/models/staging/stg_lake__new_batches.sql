select committed.batch_id
from {{ ref('stg_lake__committed_batches') }} as committed
cross join {{ ref('stg_lake__build_scope') }} as scope
left join {{ state_schema() }}.known_batches as known on committed.batch_id = known.batch_id
where
    scope.is_full
    or known.batch_id is null
