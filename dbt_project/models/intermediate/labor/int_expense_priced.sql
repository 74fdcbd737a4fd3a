with expenses as (
    select * from {{ ref('stg_expense__expenses') }}
),

resolved as (
    select
        expenses.*,
        {{ resolved_key('expenses.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('expenses.employee_id', 'worker_ids') }} as worker_key,
        {{ resolved_key('expenses.contract_line_id', 'line_ids') }} as named_line_key,
        {{ month_start('expenses.expense_date') }} as expense_month
    from expenses
    {{ resolve_join('project', 'project_ids', 'expenses.source_system', 'expenses.project_id', 'expenses.expense_date') }}
    {{ resolve_join('employee', 'worker_ids', 'expenses.source_system', 'expenses.employee_id', 'expenses.expense_date') }}
    {{ resolve_join('contract_line', 'line_ids', 'expenses.source_system', 'expenses.contract_line_id', 'expenses.expense_date') }}
),

placed as (
    select
        resolved.*,
        coalesce(workers.worker_type, 'employee') as worker_type,
        coalesce(beside.legal_entity_key, terms.legal_entity_key, 'unmapped') as worker_entity_key,
        coalesce(projects.legal_entity_key, 'unmapped') as project_entity_key,
        coalesce(projects.customer_key, 'unmapped') as customer_key,
        coalesce(beside.practice, terms.practice, 'none') as practice,
        coalesce(beside.role, terms.role, 'none') as role,
        projects.billing_model as project_billing_model,
        case
            when resolved.named_line_key <> 'none' then resolved.named_line_key
            when project_lines.candidate_count > 1 then 'unmapped'
            else coalesce(project_lines.contract_line_key, 'none')
        end as contract_line_key,
        resolved.named_line_key = 'none' and coalesce(project_lines.candidate_count, 0) > 1
            as contract_line_is_ambiguous,
        -- the books of the worker, and those of the project for people without a known entity
        case
            when coalesce(beside.legal_entity_key, terms.legal_entity_key, 'unmapped') in ('none', 'unmapped')
                then coalesce(projects.legal_entity_key, 'unmapped')
            else coalesce(beside.legal_entity_key, terms.legal_entity_key)
        end as legal_entity_key
    from resolved
    left join {{ ref('int_workers') }} as workers on resolved.worker_key = workers.worker_key
    left join {{ ref('int_projects') }} as projects on resolved.project_key = projects.project_key
    {{ worker_terms_join('resolved.worker_key', 'resolved.expense_month', 'resolved.expense_date', 'projects.legal_entity_key') }}
    left join {{ ref('int_project_lines') }} as project_lines on resolved.project_key = project_lines.project_key
),

dated as (
    select
        placed.*,
        coalesce(entities.region, 'none') as region,
        entities.functional_currency,
        coalesce(lines.billing_model, placed.project_billing_model, 'none') as billing_model,
        coalesce(work_periods.period_id, 'none') as work_period_id,
        {{ shifted_period('work_periods', 'shifts') }} as period_id,
        cast(placed.amount - placed.recoverable_tax as decimal(18, 2)) as amount_transaction
    from placed
    left join {{ ref('int_legal_entities') }} as entities on placed.legal_entity_key = entities.legal_entity_key
    left join {{ ref('int_contract_lines') }} as lines on placed.contract_line_key = lines.contract_line_key
    {{ work_period_join('work_periods', 'placed.legal_entity_key', 'placed.expense_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'placed.legal_entity_key', 'placed.first_submitted_at') }}
),

translated as (
    select
        dated.*,
        {{ translate('dated.amount_transaction', fx_rate('fx', 'dated.currency', 'dated.functional_currency')) }}
            as amount_functional
    from dated
    {{ fx_join('fx', 'dated.currency', 'dated.functional_currency', 'dated.expense_date') }}
)

select
    translated.source_system,
    translated.expense_id,
    translated.expense_report_id,
    translated.worker_key,
    translated.worker_type,
    translated.project_key,
    translated.customer_key,
    translated.contract_line_key,
    translated.contract_line_is_ambiguous,
    translated.legal_entity_key,
    translated.worker_entity_key,
    translated.project_entity_key,
    translated.region,
    translated.practice,
    translated.role,
    translated.billing_model,
    translated.category,
    translated.expense_date,
    translated.work_period_id,
    translated.period_id,
    translated.is_billable,
    translated.status,
    translated.is_deleted,
    translated.submitted_at,
    translated.submitted_by,
    translated.first_submitted_at,
    translated.approved_at,
    translated.approved_by,
    translated.rejected_at,
    translated.rejection_reason,
    translated.reverses_id,
    translated.currency,
    translated.functional_currency,
    translated.amount_transaction,
    translated.amount_functional,
    {{ translate('translated.amount_functional', 'group_rates.average_rate') }} as amount_group,
    coalesce(group_rates.is_provisional, false) as is_group_rate_provisional,
    {{ unmapped_members({
        'project': 'translated.project_key',
        'employee': 'translated.worker_key',
        'customer': "case when translated.project_key <> 'unmapped' then translated.customer_key end",
        'contract_line': 'translated.named_line_key',
    }) }} as unmapped_members,
    translated.updated_at,
    translated._ingested_at,
    translated._batch_id,
    translated._file,
    translated._row,
    translated._correlation_id
from translated
{{ group_rate_join(
    'group_rates', 'translated.legal_entity_key', 'translated.period_id', 'translated.functional_currency'
) }}
