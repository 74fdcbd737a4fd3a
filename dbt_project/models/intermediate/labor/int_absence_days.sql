-- Away from the employment that the telling system knows, else from the main one.
with absent as (
    select
        absences.source_system,
        absences.absence_date as day,
        absences.hours,
        {{ resolved_key('absences.employee_id', 'worker_ids') }} as worker_key
    from {{ ref('stg_hcm__absences') }} as absences
    {{ resolve_join('employee', 'worker_ids', 'absences.source_system', 'absences.employee_id', 'absences.absence_date') }}
    where
        not absences.is_deleted
        and absences.status = 'approved'
)

select
    coalesce(own.worker_assignment_key, main.worker_assignment_key) as worker_assignment_key,
    absent.day,
    sum(absent.hours) as hours
from absent
inner join {{ ref('int_worker_assignments') }} as main
    on
        absent.worker_key = main.worker_key
        and absent.day >= main.valid_from
        and absent.day < main.valid_to
        and main.serves_entity_key is null
left join {{ ref('int_worker_assignments') }} as own
    on
        absent.worker_key = own.worker_key
        and absent.day >= own.valid_from
        and absent.day < own.valid_to
        and absent.source_system = own.source_system
group by 1, 2
