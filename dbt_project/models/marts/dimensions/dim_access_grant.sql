select
    grants.user_email,
    grants.role,
    case when grants.legal_entity_id = '*' then '*' else coalesce(entity_ids.key, 'unmapped') end as legal_entity_key,
    grants.practice,
    coalesce(bool_or(grants.may_see_rates), false) as may_see_rates,
    max(coalesce(grants.valid_to, {{ open_end() }})) as valid_to
from {{ ref('stg_governance__access_grants') }} as grants
cross join {{ ref('int_build') }} as build
{{ resolve_join('legal_entity', 'entity_ids', 'grants.source_system', 'grants.legal_entity_id', 'build.build_date') }}
where not grants.is_deleted
group by
    grants.user_email,
    grants.role,
    case when grants.legal_entity_id = '*' then '*' else coalesce(entity_ids.key, 'unmapped') end,
    grants.practice
