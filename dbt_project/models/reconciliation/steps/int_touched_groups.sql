select distinct match_key
from {{ ref('int_touched_matches') }}
