with lines as (
    select * from {{ ref('int_gl_allocated') }}
),

origins as (
    select * from {{ ref('int_origin_attributes') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

assignments as (
    select * from {{ ref('int_worker_assignments') }}
),

only_lines as (
    select * from {{ ref('int_project_stream_lines') }}
),

term_lines as (
    select contract_line_key as term_line_key
    from {{ ref('int_revenue_lines') }}
    where recognition_method not in ('time_and_materials', 'milestone')
),

milestones as (
    select
        milestone_id,
        min(source_system) as milestone_system
    from {{ ref('stg_psa__milestones') }}
    where not is_deleted
    group by milestone_id
    having count(*) = 1
),

-- what an event bills is a milestone's where it names one, of any system
event_milestones as (
    select
        events.source_system as event_system,
        events.billing_event_id,
        events.milestone_id,
        milestones.milestone_system
    from {{ ref('stg_billing__billing_events') }} as events
    inner join milestones on events.milestone_id = milestones.milestone_id
    where not events.is_deleted and events.status <> 'cancelled'
),

-- What the line states counts; what it leaves unsaid, its origin says.
told as (
    select
        lines.*,
        coalesce(nullif(lines.stated_project_key, 'none'), origins.project_key, 'none') as project_key,
        coalesce(nullif(lines.stated_worker_key, 'none'), origins.worker_key, 'none') as worker_key,
        coalesce(nullif(lines.stated_contract_line_key, 'none'), origins.contract_line_key, 'none')
            as told_contract_line_key,
        coalesce(origins.vendor_key, 'none') as vendor_key,
        nullif(origins.practice, 'none') as origin_practice,
        nullif(origins.role, 'none') as origin_role,
        origins.hours as origin_hours,
        origins.billable_hours as origin_billable_hours,
        case
            when lines.flow <> 'revenue' then null
            when lines.origin_type = 'expense' then 'reimbursable'
            when lines.account_class = 'recurring_revenue' then 'recurring'
            when lines.account_class = 'reimbursable_revenue' then 'reimbursable'
            else 'services'
        end as revenue_stream
    from lines
    left join origins
        on
            lines.origin_type = origins.origin_type
            and lines.origin_system = origins.origin_system
            and lines.origin_id = origins.origin_id
),

placed as (
    select
        told.*,
        case
            when told.told_contract_line_key <> 'none' then told.told_contract_line_key
            when only_lines.contract_line_key is not null then only_lines.contract_line_key
            when told.flow in ('revenue', 'loss_provision') then 'unmapped'
            else 'none'
        end as contract_line_key,
        coalesce(nullif(told.stated_customer_key, 'none'), projects.customer_key, 'none') as customer_key,
        coalesce(told.origin_practice, beside.practice, assignments.practice, projects.practice, 'none') as practice,
        coalesce(told.origin_role, beside.role, assignments.role, 'none') as role,
        coalesce(projects.billing_model, 'none') as billing_model,
        'posted' as source_status,
        told.period_id as work_period_id,
        case
            when told.origin_hours is null then null
            when told.hours = told.origin_hours then told.origin_billable_hours
            when told.origin_hours = 0 then 0
            else cast({{ divide('told.hours * told.origin_billable_hours', 'told.origin_hours', 2) }} as decimal(18, 2))
        end as billable_hours
    from told
    left join projects
        on told.project_key = projects.project_key
    left join assignments
        on
            -- only what its origin leaves open gets a key to look up
            case when told.origin_practice is null then told.worker_key end = assignments.worker_key
            and told.transaction_date >= assignments.valid_from
            and told.transaction_date < assignments.valid_to
            and assignments.serves_entity_key is null
    left join assignments as beside
        on
            case when told.origin_practice is null then told.worker_key end = beside.worker_key
            and told.legal_entity_key = beside.serves_entity_key
            and told.transaction_date >= beside.valid_from
            and told.transaction_date < beside.valid_to
    left join only_lines
        on
            case when told.told_contract_line_key = 'none' then told.project_key end = only_lines.project_key
            and coalesce(told.revenue_stream, 'services') = only_lines.revenue_stream
),

final as (
    select
        placed.* exclude (component, hours, billable_hours, origin_type, origin_system, origin_id),
        case when event_milestones.milestone_id is not null then 'milestone' else placed.origin_type end as origin_type,
        coalesce(event_milestones.milestone_system, placed.origin_system) as origin_system,
        coalesce(event_milestones.milestone_id, placed.origin_id) as origin_id,
        -- revenue that is not earned by time has no hours
        case when term_lines.term_line_key is null then placed.hours end as hours,
        case when term_lines.term_line_key is null then placed.billable_hours end as billable_hours,
        -- revenue of a line that earns neither by time nor by milestone is matched by line and period, whatever it names
        case
            when placed.component is not null or term_lines.term_line_key is null then placed.component
            when placed.origin_type in ('time_entry', 'milestone') then 'term'
            -- what takes such a line back may name nothing
            when placed.reverses_id is not null and coalesce(placed.origin_type, 'manual') = 'manual' then 'term'
        end as component,
        -- Cost lacks a contract line only where one was named: which of several it serves is another matter.
        {{ unmapped_members({
            'legal_entity': 'legal_entity_key',
            'counterparty_entity': 'counterparty_entity_key',
            'project': 'project_key',
            'employee': 'worker_key',
            'customer': 'customer_key',
            'contract_line': "case when flow in ('revenue', 'loss_provision') then contract_line_key"
            ~ " else stated_contract_line_key end",
            'account': 'account_key',
        }) }} as unmapped_members
    from placed
    left join term_lines
        on case when placed.flow = 'revenue' then placed.contract_line_key end = term_lines.term_line_key
    left join event_milestones
        on
            case
                when placed.flow = 'revenue' and placed.origin_type = 'billing_event' and term_lines.term_line_key is null
                    then placed.origin_id
            end = event_milestones.billing_event_id
            and placed.origin_system = event_milestones.event_system
)

select {{ ledger_columns('posted', absent=['submitted_at', 'approved_at']) }}
from final
