-- Pairs only move amounts and hours between cells; their group amounts and hours cancel exactly.
select
    match_key,
    category,
    sum(difference_group) as moved_group,
    sum(difference_hours) as moved_hours
from {{ ref('recon_item') }}
where category in ('wrong_entity', 'wrong_project', 'cutoff')
group by match_key, category
having sum(difference_group) <> 0 or sum(difference_hours) <> 0
