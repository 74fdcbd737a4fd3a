-- In an increment, all rows of the groups that it reached; in a full build the groups are made of all rows at once.

select *
from {{ ref('int_recon_keyed') }}
where match_hash in (select match_hash from {{ ref('int_touched_groups') }})
