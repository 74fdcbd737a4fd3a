-- Grain: one row a completed or terminated contract: the day on which a landed version first said so for good, and
-- whether an earlier version landed that did not. Where none did, the day is only when the source last changed it.
with versions as (
    select
        source_system,
        contract_id,
        updated_at,
        status in ('completed', 'terminated') as has_ended,
        max(case when status not in ('completed', 'terminated') then updated_at end)
            over (partition by source_system, contract_id) as last_open_at
    from {{ source('lake', 'contract') }}
    where
        _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}
),

endings as (
    select
        source_system,
        contract_id,
        min(updated_at) as ended_at,
        max(last_open_at) is not null as was_seen_open
    from versions
    where has_ended and (last_open_at is null or updated_at > last_open_at)
    group by source_system, contract_id
)

select
    contracts.contract_key,
    {{ local_date('endings.ended_at', "coalesce(entities.time_zone, 'UTC')") }} as ended_on,
    endings.was_seen_open
from {{ ref('int_contracts') }} as contracts
inner join endings
    on
        contracts.source_system = endings.source_system
        and contracts.contract_id = endings.contract_id
left join {{ ref('int_legal_entities') }} as entities on contracts.legal_entity_key = entities.legal_entity_key
where contracts.status in ('completed', 'terminated')
