-- What the provider charges for each entry of an employee lent to another entity's project.
with lent as (
    select * from {{ ref('int_time_priced') }}
    where
        worker_type = 'employee'
        and not is_deleted
        and status in ('submitted', 'approved')
        and worker_entity_key <> project_entity_key
        and worker_entity_key not in ('none', 'unmapped')
        and project_entity_key not in ('none', 'unmapped')
),

rules as (
    select * from {{ ref('int_intercompany_rules') }}
)

select
    lent.source_system,
    lent.time_entry_id,
    lent.worker_entity_key as provider_entity_key,
    lent.project_entity_key as receiver_entity_key,
    lent.project_key,
    lent.contract_line_key,
    lent.customer_key,
    lent.worker_key,
    lent.practice,
    lent.role,
    lent.billing_model,
    lent.work_date,
    lent.work_period_id as provider_period_id,
    lent.hours,
    lent.billable_hours,
    lent.status,
    lent.submitted_at,
    lent.first_submitted_at,
    lent.approved_at,
    lent.reverses_id,
    rules.method,
    case when rules.method = 'revenue_share' then lent.bill_currency else lent.functional_currency end as currency,
    case rules.method
        when 'cost_plus' then {{ money(wide('lent.cost_functional') ~ ' * (1 + rules.value)') }}
        when 'rate_card' then {{ money(wide('lent.hours') ~ ' * rules.value') }}
        when 'revenue_share' then {{ money(wide('lent.bill_amount') ~ ' * rules.value') }}
    end as charge,
    lent._batch_id,
    lent._file,
    lent._row
from lent
left join rules
    on
        lent.worker_entity_key = rules.provider_entity_key
        and lent.project_entity_key = rules.receiver_entity_key
        and lent.work_date >= rules.valid_from
        and lent.work_date < rules.valid_to
