with stated as (
    select * from {{ ref('int_vendor_costs') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

dated as (
    select
        stated.*,
        entities.region,
        entities.functional_currency,
        projects.customer_key,
        projects.billing_model,
        projects.practice as project_practice,
        coalesce(work_periods.period_id, 'none') as work_period_id,
        {{ shifted_period('work_periods', 'shifts') }} as period_id,
        {{ translate('stated.amount_transaction', fx_rate('fx', 'stated.currency', 'entities.functional_currency')) }}
            as amount_functional
    from stated
    left join entities
        on stated.legal_entity_key = entities.legal_entity_key
    left join projects
        on stated.project_key = projects.project_key
    {{ work_period_join('work_periods', 'stated.legal_entity_key', 'stated.transaction_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'stated.legal_entity_key', 'stated.first_known_at') }}
    {{ fx_join('fx', 'stated.currency', 'entities.functional_currency', 'stated.transaction_date') }}
),

final as (
    select
        'vendor_cost:' || dated.source_entity || ':' || dated.source_system || ':' || dated.source_id as ledger_id,
        'vendor_cost' as flow,
        dated.component,
        dated.origin_type,
        dated.source_system as origin_system,
        dated.source_id as origin_id,
        'line' as origin_level,
        dated.source_entity,
        dated.source_system,
        dated.source_id,
        dated.reverses_id,
        dated.legal_entity_key,
        dated.project_key,
        dated.contract_line_key,
        coalesce(dated.customer_key, 'none') as customer_key,
        dated.worker_key,
        dated.vendor_key,
        dated.region,
        coalesce(dated.practice, dated.project_practice, 'none') as practice,
        coalesce(dated.role, 'none') as role,
        coalesce(dated.billing_model, 'none') as billing_model,
        dated.transaction_date,
        dated.work_period_id,
        dated.period_id,
        dated.currency,
        dated.functional_currency,
        dated.amount_transaction,
        dated.amount_functional,
        {{ translate('dated.amount_functional', 'group_rates.average_rate') }} as amount_group,
        coalesce(group_rates.is_provisional, false) as is_group_rate_provisional,
        dated.hours,
        dated.billable_hours,
        dated.source_status,
        dated.submitted_at,
        dated.approved_at,
        {{ unmapped_members({
            'legal_entity': 'dated.legal_entity_key',
            'project': 'dated.project_key',
            'employee': 'dated.worker_key',
            'vendor': 'dated.vendor_key',
            'contract_line': 'dated.named_line_key',
        }) }} as unmapped_members,
        dated._batch_id,
        dated._file,
        dated._row
    from dated
    {{ group_rate_join(
        'group_rates', 'dated.legal_entity_key', 'dated.period_id', 'dated.functional_currency'
    ) }}
)

select {{ ledger_columns('operational', absent=['counterparty_entity_key', 'revenue_stream']) }}
from final
