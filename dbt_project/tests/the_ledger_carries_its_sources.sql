select *
from {{ ref('obs_conservation') }}
where check_name = 'the ledger carries its source' and not is_ok
