with resolved as (
    select
        {{ resolved_key('rules.provider_entity_id', 'provider_map') }} as provider_entity_key,
        {{ resolved_key('rules.receiver_entity_id', 'receiver_map') }} as receiver_entity_key,
        rules.valid_from,
        coalesce(rules.valid_to, {{ open_end() }}) as valid_to,
        rules.method,
        rules.value,
        rules.updated_at,
        rules.source_system
    from {{ ref('stg_billing__intercompany_rules') }} as rules
    {{ resolve_join('legal_entity', 'provider_map', 'rules.source_system', 'rules.provider_entity_id', 'rules.valid_from') }}
    {{ resolve_join('legal_entity', 'receiver_map', 'rules.source_system', 'rules.receiver_entity_id', 'rules.valid_from') }}
    where not rules.is_deleted
),

newest as (
    select
        *,
        row_number() over (
            partition by provider_entity_key, receiver_entity_key, valid_from
            order by updated_at desc, source_system
        ) as version_rank
    from resolved
),

-- Where two rules overlap, the later one takes over.
ended as (
    select
        provider_entity_key,
        receiver_entity_key,
        valid_from,
        least(
            valid_to,
            lead(valid_from, 1, {{ open_end() }}) over (
                partition by provider_entity_key, receiver_entity_key
                order by valid_from
            )
        ) as valid_to,
        method,
        value
    from newest
    where version_rank = 1
)

select * from ended
where valid_to > valid_from
