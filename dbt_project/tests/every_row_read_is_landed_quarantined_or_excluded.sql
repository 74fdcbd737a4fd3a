select *
from {{ ref('obs_conservation') }}
where check_name in ('read = landed + quarantined + excluded', 'landed rows are in the lake') and not is_ok
