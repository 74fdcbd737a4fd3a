with members as (
    select * from {{ ref('int_members') }}
    where entity_type = 'customer'
)

select
    members.key as customer_key,
    customers.source_system,
    customers.customer_id,
    coalesce(customers.name, members.key) as name,
    {{ resolved_key('customers.parent_customer_id', 'parents') }} as parent_customer_key,
    customers.industry,
    customers.country,
    customers.segment,
    coalesce(customers.is_deleted, false) as is_deleted,
    customers._batch_id
from members
cross join {{ ref('int_build') }} as build
left join {{ ref('stg_crm__customers') }} as customers
    on
        members.source_system = customers.source_system
        and members.source_id = customers.customer_id
{{ resolve_join('customer', 'parents', 'customers.source_system', 'customers.parent_customer_id', 'build.build_date') }}
