select *
from {{ ref('obs_row_fates') }}
where fate = 'lost'
