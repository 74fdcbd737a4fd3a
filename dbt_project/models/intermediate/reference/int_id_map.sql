with identities as (
    select * from {{ ref('int_identities') }}
),

candidates as (
    -- a deleted record only stands for its id where no living one does
    select
        *,
        rank() over (partition by entity_type, source_id order by is_deleted) as liveliness
    from identities
),

sole as (
    select
        entity_type,
        source_id,
        max(own_key) as key
    from candidates
    where liveliness = 1
    group by entity_type, source_id
    having count(*) = 1
),

systems as (
    select source_system as system from {{ ref('stg_lake__committed_batches') }}
    union
    select system from {{ ref('stg_governance__xrefs') }}
),

unaided as (
    select
        entity_type,
        source_system as system,
        source_id,
        own_key as key
    from identities
    union all
    select
        sole.entity_type,
        systems.system,
        sole.source_id,
        sole.key
    from sole
    cross join systems
    left join identities
        on
            sole.entity_type = identities.entity_type
            and systems.system = identities.source_system
            and sole.source_id = identities.source_id
    where identities.own_key is null
),

approved as (
    select
        entity_type,
        system,
        source_id,
        canonical_id,
        valid_from,
        coalesce(valid_to, {{ open_end() }}) as valid_to,
        lead(valid_from, 1, {{ open_end() }}) over (
            partition by entity_type, system, source_id
            order by valid_from
        ) as next_from
    from {{ ref('stg_governance__xrefs') }}
    where
        not is_deleted
        and (valid_to is null or valid_to > valid_from)
),

mapped as (
    select
        approved.entity_type,
        approved.system,
        approved.source_id,
        approved.valid_from,
        least(approved.valid_to, approved.next_from) as valid_to,
        approved.next_from,
        coalesce(own.own_key, sole.key, approved.canonical_id) as key
    from approved
    left join identities as own
        on
            approved.entity_type = own.entity_type
            and approved.canonical_id = own.own_key
    left join sole
        on
            approved.entity_type = sole.entity_type
            and approved.canonical_id = sole.source_id
    where approved.next_from > approved.valid_from
),

gaps as (
    select
        entity_type,
        system,
        source_id,
        {{ open_start() }} as gap_from,
        min(valid_from) as gap_to
    from mapped
    group by entity_type, system, source_id
    union all
    select
        entity_type,
        system,
        source_id,
        valid_to as gap_from,
        next_from as gap_to
    from mapped
    where valid_to < next_from
)

select
    entity_type,
    system,
    source_id,
    valid_from,
    valid_to,
    key,
    true as is_cross_referenced
from mapped
union all
select
    unaided.entity_type,
    unaided.system,
    unaided.source_id,
    coalesce(gaps.gap_from, {{ open_start() }}) as valid_from,
    coalesce(gaps.gap_to, {{ open_end() }}) as valid_to,
    unaided.key,
    false as is_cross_referenced
from unaided
left join gaps
    on
        unaided.entity_type = gaps.entity_type
        and unaided.system = gaps.system
        and unaided.source_id = gaps.source_id
where
    gaps.gap_to is null
    or gaps.gap_to > gaps.gap_from
