-- Unposted intercompany legs by what keeps their parts back: not approved, not mapped, or only not posted.

with matched as (

    select * from {{ ref('int_recon_matched') }}
    where basis = 'operational' and match_kind = 'leg'

),

unposted as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as = 'leg' and posted_count = 0

)

select
    matched.match_key,
    case
        when matched.source_status = 'submitted' then 'unapproved'
        when matched.unmapped_members <> '' then 'unmapped'
        else 'approved'
    end as part,
    sum(matched.amount_transaction) as part_transaction,
    sum(matched.amount_functional) as part_functional,
    sum(matched.amount_group) as part_group,
    coalesce(sum(matched.hours), 0) as part_hours
from matched
inner join unposted on matched.match_key = unposted.match_key
group by
    matched.match_key,
    case
        when matched.source_status = 'submitted' then 'unapproved'
        when matched.unmapped_members <> '' then 'unmapped'
        else 'approved'
    end
