select
    {{ resolved_key('absences.employee_id', 'worker_ids') }} as worker_key,
    absences.absence_date as day,
    sum(absences.hours) as hours
from {{ ref('stg_hcm__absences') }} as absences
{{ resolve_join('employee', 'worker_ids', 'absences.source_system', 'absences.employee_id', 'absences.absence_date') }}
where
    not absences.is_deleted
    and absences.status = 'approved'
group by worker_key, day
