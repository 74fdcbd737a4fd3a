with members as (
    select * from {{ ref('int_members') }}
    where entity_type = 'contract'
)

select
    members.key as contract_key,
    contracts.source_system,
    contracts.contract_id,
    coalesce(contracts.name, members.key) as name,
    {{ resolved_key('contracts.customer_id', 'customers') }} as customer_key,
    {{ resolved_key('contracts.legal_entity_id', 'entities') }} as legal_entity_key,
    contracts.opportunity_id,
    contracts.quote_id,
    contracts.quote_version,
    contracts.currency,
    contracts.signed_date,
    contracts.start_date,
    contracts.end_date,
    contracts.status,
    coalesce(contracts.is_deleted, false) as is_deleted,
    contracts._batch_id
from members
cross join {{ ref('int_build') }} as build
left join {{ ref('stg_crm__contracts') }} as contracts
    on
        members.source_system = contracts.source_system
        and members.source_id = contracts.contract_id
{{ resolve_join('customer', 'customers', 'contracts.source_system', 'contracts.customer_id', 'build.build_date') }}
{{ resolve_join('legal_entity', 'entities', 'contracts.source_system', 'contracts.legal_entity_id', 'build.build_date') }}
