{{ config(
    materialized='keyed', key=['source_system', 'time_entry_id'], touched='int_touched_time_entries',
    remembers=true, moves={
        'cost_group': translate('kept.cost_functional', 'rates.average_rate'),
        'is_group_rate_provisional': 'coalesce(rates.is_provisional, false)',
    }
) }}

with entries as (
    -- work that may not be charged has no hours for charging, whoever approved some: money and hours say the same
    select
        {{ all_but(['billable_hours'], 'staged') }},
        cast(case when staged.is_billable then staged.billable_hours else 0 end as decimal(9, 2)) as billable_hours
    from {{ ref('stg_psa__time_entries') }} as staged
    {{ touched_only('int_touched_time_entries', ['source_system', 'time_entry_id'], 'staged') }}
),

resolved as (
    select
        entries.*,
        {{ resolved_key('entries.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('entries.employee_id', 'worker_ids') }} as worker_key,
        {{ resolved_key('entries.contract_line_id', 'line_ids') }} as named_line_key,
        {{ month_start('entries.work_date') }} as work_month
    from entries
    {{ resolve_join('project', 'project_ids', 'entries.source_system', 'entries.project_id', 'entries.work_date') }}
    {{ resolve_join('employee', 'worker_ids', 'entries.source_system', 'entries.employee_id', 'entries.work_date') }}
    {{ resolve_join('contract_line', 'line_ids', 'entries.source_system', 'entries.contract_line_id', 'entries.work_date') }}
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
        coalesce(beside.worker_assignment_key, terms.worker_assignment_key) as worker_assignment_key,
        case when beside.worker_key is null then terms.hourly_cost else beside.hourly_cost end as cost_rate,
        case when beside.worker_key is null then terms.cost_currency else beside.cost_currency end as cost_currency,
        projects.billing_model as project_billing_model,
        projects.currency as project_currency,
        case
            when resolved.named_line_key <> 'none' then resolved.named_line_key
            when project_lines.candidate_count > 1 then 'unmapped'
            else coalesce(project_lines.contract_line_key, 'none')
        end as contract_line_key,
        resolved.named_line_key = 'none' and coalesce(project_lines.candidate_count, 0) > 1
            as contract_line_is_ambiguous
    from resolved
    left join {{ ref('int_workers') }} as workers on resolved.worker_key = workers.worker_key
    left join {{ ref('int_projects') }} as projects on resolved.project_key = projects.project_key
    {{ worker_terms_join('resolved.worker_key', 'resolved.work_month', 'resolved.work_date', 'projects.legal_entity_key') }}
    left join {{ ref('int_project_lines') }} as project_lines on resolved.project_key = project_lines.project_key
),

booked as (
    select
        *,
        -- contractors and people without a known entity stand in the books of the project
        case
            when worker_type = 'contractor' or worker_entity_key in ('none', 'unmapped') then project_entity_key
            else worker_entity_key
        end as legal_entity_key
    from placed
),

rated as (
    select
        booked.*,
        coalesce(entities.region, 'none') as region,
        entities.functional_currency,
        coalesce(lines.billing_model, booked.project_billing_model, 'none') as billing_model,
        work_periods.period_id as known_work_period_id,
        {{ shifted_period('work_periods', 'shifts') }} as period_id,
        coalesce(own_card.hourly_rate, role_card.hourly_rate, project_card.hourly_rate) as card_rate,
        case
            when own_card.hourly_rate is not null then own_card.currency
            when role_card.hourly_rate is not null then role_card.currency
            else project_card.currency
        end as card_currency
    from booked
    left join {{ ref('int_legal_entities') }} as entities on booked.legal_entity_key = entities.legal_entity_key
    left join {{ ref('int_contract_lines') }} as lines on booked.contract_line_key = lines.contract_line_key
    {{ work_period_join('work_periods', 'booked.legal_entity_key', 'booked.work_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'booked.legal_entity_key', 'booked.first_submitted_at') }}
    {%- for card, worker, role in [
        ('own_card', 'booked.worker_key', "'none'"),
        ('role_card', "'none'", 'booked.role'),
        ('project_card', "'none'", "'none'"),
    ] %}
    left join {{ ref('int_bill_rate_months') }} as {{ card }}
        on
            {{ card }}.project_key = booked.project_key
            and {{ card }}.worker_key = {{ worker }}
            and {{ card }}.role = {{ role }}
            and {{ card }}.month = booked.work_month
            and {{ card }}.valid_from <= booked.work_date
            and {{ card }}.valid_to > booked.work_date
    {%- endfor %}
),

costed as (
    select
        *,
        coalesce(bill_rate, card_rate) as price,
        case
            when bill_rate is not null then coalesce(currency, project_currency, card_currency)
            else card_currency
        end as bill_currency,
        {{ money(wide('hours') ~ ' * cost_rate') }} as cost_transaction
    from rated
),

translated as (
    select
        costed.*,
        {{ translate('costed.cost_transaction', fx_rate('fx', 'costed.cost_currency', 'costed.functional_currency')) }}
            as cost_functional
    from costed
    {{ fx_join('fx', 'costed.cost_currency', 'costed.functional_currency', 'costed.work_date') }}
)

select
    translated.source_system,
    translated.time_entry_id,
    translated.worker_key,
    translated.worker_type,
    translated.worker_assignment_key,
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
    translated.work_date,
    coalesce(translated.known_work_period_id, 'none') as work_period_id,
    translated.period_id,
    translated.hours,
    translated.billable_hours,
    translated.is_billable,
    translated.status,
    translated.is_deleted,
    translated.submitted_at,
    translated.submitted_by,
    translated.first_submitted_at,
    translated.first_landed_at,
    translated.approved_at,
    translated.approved_by,
    translated.reverses_id,
    translated.po_line_id,
    translated.cost_rate,
    translated.cost_currency,
    translated.cost_transaction,
    translated.functional_currency,
    translated.cost_functional,
    {{ translate('translated.cost_functional', 'group_rates.average_rate') }} as cost_group,
    coalesce(group_rates.is_provisional, false) as is_group_rate_provisional,
    cast(translated.price as decimal(18, 6)) as bill_rate,
    translated.card_rate,
    translated.card_currency,
    translated.bill_currency,
    case
        when translated.is_billable then {{ money(wide('translated.billable_hours') ~ ' * translated.price') }}
        else cast(0 as decimal(18, 2))
    end as bill_amount,
    {{ unmapped_members({
        'project': 'translated.project_key',
        'employee': 'translated.worker_key',
        'customer': "case when translated.project_key <> 'unmapped' then translated.customer_key end",
        'contract_line': 'translated.named_line_key',
    }) }} as unmapped_members,
    translated.updated_at,
    translated._batch_id,
    translated._file,
    translated._row
from translated
{{ group_rate_join(
    'group_rates', 'translated.legal_entity_key', 'translated.period_id', 'translated.functional_currency'
) }}
