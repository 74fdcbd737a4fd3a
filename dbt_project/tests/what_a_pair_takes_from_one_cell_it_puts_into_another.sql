-- Pairs only move amounts between cells; their group amounts cancel exactly.
select
    match_key,
    category,
    sum(difference_group) as moved_group
from {{ ref('recon_item') }}
where category in ('wrong_entity', 'wrong_project', 'cutoff')
group by match_key, category
having sum(difference_group) <> 0
