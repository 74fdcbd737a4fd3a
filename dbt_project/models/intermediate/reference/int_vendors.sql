select
    members.key as vendor_key,
    vendors.source_system,
    vendors.vendor_id,
    coalesce(vendors.name, members.key) as name,
    vendors.country,
    coalesce(vendors.is_deleted, false) as is_deleted,
    vendors._batch_id
from {{ ref('int_members') }} as members
left join {{ ref('stg_procurement__vendors') }} as vendors
    on
        members.source_system = vendors.source_system
        and members.source_id = vendors.vendor_id
where members.entity_type = 'vendor'
