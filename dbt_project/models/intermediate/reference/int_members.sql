with identities as (
    select * from {{ ref('int_identities') }}
),

claims as (
    select
        entity_type,
        own_key as key,
        source_system,
        source_id,
        updated_at,
        is_deleted,
        true as is_own
    from identities
    union all
    select distinct
        map.entity_type,
        map.key,
        identities.source_system,
        identities.source_id,
        identities.updated_at,
        identities.is_deleted,
        coalesce(identities.own_key = map.key, false) as is_own
    from {{ ref('int_id_map') }} as map
    left join identities
        on
            map.entity_type = identities.entity_type
            and map.system = identities.source_system
            and map.source_id = identities.source_id
    where map.is_cross_referenced
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type, key
            order by
                is_own desc,
                source_id is null,
                is_deleted,
                updated_at desc nulls last,
                source_system,
                source_id
        ) as claim_rank
    from claims
)

select
    entity_type,
    key,
    source_system,
    source_id
from ranked
where claim_rank = 1
