-- Unposted intercompany legs by what keeps their parts back: not approved, not mapped, without a rule or rate to charge
-- by, or only not posted.

with matched as (

    select
        *,
        case
            when source_status = 'submitted' then 'unapproved'
            when unmapped_members <> '' then 'unmapped'
            when lacks_functional then 'unpriced'
            else 'approved'
        end as part
    from {{ ref('int_recon_matched') }}
    where basis = 'operational' and match_kind = 'leg'

),

unposted as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as = 'leg' and posted_count = 0

)

select
    matched.match_key,
    matched.part,
    {%- for amount in ['transaction', 'functional', 'group'] %}
    sum(case when matched.lacks_{{ amount }} then null else matched.amount_{{ amount }} end) as part_{{ amount }},
    {%- endfor %}
    coalesce(sum(matched.hours), 0) as part_hours
from matched
inner join unposted on matched.match_key = unposted.match_key
group by matched.match_key, matched.part
