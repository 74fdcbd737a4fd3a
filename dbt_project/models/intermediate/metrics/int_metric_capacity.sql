-- Employees only: contractors are in neither side of a utilization.
select
    period_id,
    legal_entity_key,
    region,
    practice,
    role,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    cast(null as {{ dbt.type_string() }}) as project_key,
    cast(null as {{ dbt.type_string() }}) as billing_model,
    cast(sum(capacity_hours) as decimal(18, 2)) as capacity_hours,
    cast(sum(available_hours) as decimal(18, 2)) as available_hours,
    cast(sum(target_hours) as decimal(18, 2)) as target_hours
from {{ ref('fct_capacity') }}
where worker_type = 'employee'
group by period_id, legal_entity_key, region, practice, role
