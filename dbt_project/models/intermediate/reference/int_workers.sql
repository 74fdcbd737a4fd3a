with members as (
    select * from {{ ref('int_members') }}
    where entity_type = 'employee'
)

select
    members.key as worker_key,
    workers.source_system,
    workers.employee_id,
    workers.employee_no,
    coalesce(workers.full_name, members.key) as full_name,
    workers.email,
    coalesce(workers.worker_type, 'employee') as worker_type,
    {{ resolved_key('workers.vendor_id', 'vendors') }} as vendor_key,
    workers.hire_date,
    workers.termination_date,
    coalesce(workers.is_deleted, false) as is_deleted,
    workers._batch_id
from members
cross join {{ ref('int_build') }} as build
left join {{ ref('stg_hcm__employees') }} as workers
    on
        members.source_system = workers.source_system
        and members.source_id = workers.employee_id
{{ resolve_join('vendor', 'vendors', 'workers.source_system', 'workers.vendor_id', 'build.build_date') }}
