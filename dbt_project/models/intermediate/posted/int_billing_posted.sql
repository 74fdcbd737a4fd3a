{%- set touched = ref('int_touched_invoice_lines') -%}
with postings as (
    select * from {{ ref('int_invoice_postings') }}
    {%- if ledger_increment() %}
    where (source_system, invoice_line_id) in (select source_system, invoice_line_id from {{ touched }})
    {%- endif %}
),

-- a milestone that one billing event names is billed through the event: its invoice is the event's
event_milestones as (
    select
        milestone_id,
        min(source_system) as event_system,
        min(billing_event_id) as event_id
    from {{ ref('stg_billing__billing_events') }}
    where not is_deleted and status <> 'cancelled' and milestone_id is not null
    group by milestone_id
    having count(*) = 1
),

origins as (
    select * from {{ ref('int_origin_attributes') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

only_lines as (
    select * from {{ ref('int_project_stream_lines') }}
),

traced as (
    select
        postings.*,
        coalesce(nullif(postings.project_key, 'none'), origins.project_key, 'none') as told_project_key,
        coalesce(nullif(postings.contract_line_key, 'none'), origins.contract_line_key, 'none')
            as told_contract_line_key,
        coalesce(origins.worker_key, 'none') as worker_key,
        coalesce(origins.vendor_key, 'none') as vendor_key,
        nullif(origins.practice, 'none') as origin_practice,
        coalesce(origins.role, 'none') as role
    from postings
    left join origins
        on
            postings.part_origin_type = origins.origin_type
            and postings.part_origin_system = origins.origin_system
            and postings.part_origin_id = origins.origin_id
),

placed as (
    select
        traced.*,
        event_milestones.event_system,
        event_milestones.event_id,
        projects.practice as project_practice,
        projects.billing_model as project_billing_model,
        projects.customer_key as project_customer_key,
        group_rates.average_rate,
        group_rates.is_provisional,
        coalesce(
            nullif(traced.told_contract_line_key, 'none'), only_lines.contract_line_key, 'unmapped'
        ) as placed_contract_line_key
    from traced
    left join projects
        on traced.told_project_key = projects.project_key
    left join only_lines
        on
            case when traced.told_contract_line_key = 'none' then traced.told_project_key end = only_lines.project_key
            and case when traced.part_origin_type = 'expense' then 'reimbursable' else 'services' end
            = only_lines.revenue_stream
    left join event_milestones
        on case when traced.part_origin_type = 'milestone' then traced.part_origin_id end = event_milestones.milestone_id
    {{ group_rate_join(
        'group_rates', 'traced.legal_entity_key', 'traced.event_period_id', 'traced.functional_currency'
    ) }}
),

final as (
    select
        'invoice_line:' || source_system || ':' || invoice_line_id || ':' || part
        || coalesce(':' || event_component, '') as ledger_id,
        'billing' as flow,
        coalesce(event_component, part_component) as component,
        case when event_id is not null then 'billing_event' else part_origin_type end as origin_type,
        coalesce(event_system, part_origin_system) as origin_system,
        coalesce(event_id, part_origin_id) as origin_id,
        origin_level,
        'invoice_line' as source_entity,
        source_system,
        invoice_line_id as source_id,
        invoice_line_id,
        invoice_id as posting_event_id,
        coalesce(origin_type, 'manual') as posting_origin_type,
        case when event_component = 'void' then invoice_line_id else applies_to_invoice_id end as reverses_id,
        source_system || ':' || coalesce(applies_to_invoice_id, invoice_id) as reversal_chain_id,
        legal_entity_key,
        told_project_key as project_key,
        placed_contract_line_key as contract_line_key,
        coalesce(nullif(customer_key, 'none'), project_customer_key, 'none') as customer_key,
        worker_key,
        vendor_key,
        region,
        coalesce(origin_practice, project_practice, 'none') as practice,
        role,
        coalesce(project_billing_model, 'none') as billing_model,
        transaction_date,
        event_period_id as work_period_id,
        event_period_id as period_id,
        currency,
        functional_currency,
        amount_transaction,
        amount_functional,
        {{ translate('amount_functional', 'average_rate') }} as amount_group,
        coalesce(is_provisional, false) as is_group_rate_provisional,
        hours,
        'issued' as source_status,
        posted_at,
        {{ unmapped_members({
            'legal_entity': 'legal_entity_key',
            'project': 'told_project_key',
            'customer': 'customer_key',
            'contract_line': 'placed_contract_line_key',
        }) }} as unmapped_members,
        _batch_id,
        _file,
        _row
    from placed
)

select
    {{ ledger_columns('posted', absent=[
        'gl_line_id', 'counterparty_entity_key', 'account_key', 'account_class', 'revenue_stream',
        'billable_hours', 'submitted_at', 'approved_at'
    ]) }}
from final
