-- Only what is in force and understood: a grant for an id that stands for no legal entity here gives nothing.
with resolved as (
    select
        grants.user_email,
        grants.role,
        case when grants.legal_entity_id = '*' then '*' else entity_ids.key end as legal_entity_key,
        grants.practice,
        coalesce(grants.may_see_rates, false) as may_see_rates,
        coalesce(grants.valid_to, {{ open_end() }}) as valid_to,
        build.build_date
    from {{ ref('stg_governance__access_grants') }} as grants
    cross join {{ ref('int_build') }} as build
    {{ resolve_join('legal_entity', 'entity_ids', 'grants.source_system', 'grants.legal_entity_id', 'build.build_date') }}
    where not grants.is_deleted
)

select
    user_email,
    role,
    legal_entity_key,
    practice,
    may_see_rates,
    max(valid_to) as valid_to
from resolved
where legal_entity_key is not null and valid_to > build_date
-- two feeds may grant alike; a right to rates that ends is not lengthened by a grant without it
group by
    user_email,
    role,
    legal_entity_key,
    practice,
    may_see_rates
