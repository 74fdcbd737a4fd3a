with priced as (
    select * from {{ ref('int_intercompany_priced') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

legs as (
    select
        priced.*,
        'provider' as component,
        1 as leg_sign,
        priced.provider_entity_key as legal_entity_key,
        priced.receiver_entity_key as counterparty_entity_key
    from priced

    union all

    select
        priced.*,
        'receiver' as component,
        -1 as leg_sign,
        priced.receiver_entity_key as legal_entity_key,
        priced.provider_entity_key as counterparty_entity_key
    from priced
),

-- a charge is of one period, the provider's: where the receiver's calendar has a period of that name on other days, its leg
-- stands in that one, or the two could never meet
charged as (
    select
        legs.*,
        coalesce(named.start_date, legs.work_date) as charge_date
    from legs
    left join periods as named
        on
            legs.component = 'receiver'
            and legs.legal_entity_key = named.legal_entity_key
            and legs.provider_period_id = named.period_id
            and legs.work_date not between named.start_date and named.end_date
),

dated as (
    select
        charged.*,
        entities.region,
        entities.functional_currency,
        coalesce(work_periods.period_id, 'none') as work_period_id,
        {{ shifted_period('charge_periods', 'shifts') }} as period_id
    from charged
    left join entities
        on charged.legal_entity_key = entities.legal_entity_key
    {{ work_period_join('work_periods', 'charged.legal_entity_key', 'charged.work_date') }}
    {{ work_period_join('charge_periods', 'charged.legal_entity_key', 'charged.charge_date') }}
    {{ period_shift_join('shifts', 'charge_periods', 'charged.legal_entity_key', 'charged.first_submitted_at') }}
),

-- The provider's amount stands at its own day's rate; the receiver books it at the period's last day's.
translated as (
    select
        dated.*,
        cast(dated.leg_sign * dated.charge as decimal(18, 2)) as amount_transaction,
        dated.leg_sign
        * {{ translate('dated.charge', fx_rate('fx', 'dated.currency', 'dated.functional_currency')) }}
            as amount_functional
    from dated
    left join periods
        on
            dated.legal_entity_key = periods.legal_entity_key
            and dated.period_id = periods.period_id
    {{ fx_join(
        'fx', 'dated.currency', 'dated.functional_currency',
        "case when dated.component = 'provider' then dated.work_date else periods.end_date end"
    ) }}
),

final as (
    select
        'intercompany:time_entry:' || translated.source_system || ':' || translated.time_entry_id || ':'
        || translated.component as ledger_id,
        'intercompany' as flow,
        translated.component,
        'time_entry' as origin_type,
        translated.source_system as origin_system,
        translated.time_entry_id as origin_id,
        'line' as origin_level,
        'time_entry' as source_entity,
        translated.source_system,
        translated.time_entry_id as source_id,
        translated.reverses_id,
        translated.legal_entity_key,
        translated.counterparty_entity_key,
        translated.project_key,
        translated.contract_line_key,
        translated.customer_key,
        translated.worker_key,
        translated.region,
        translated.practice,
        translated.role,
        translated.billing_model,
        translated.work_date as transaction_date,
        translated.work_period_id,
        translated.period_id,
        translated.currency,
        translated.functional_currency,
        translated.amount_transaction,
        translated.amount_functional,
        {{ translate('translated.amount_functional', 'group_rates.average_rate') }} as amount_group,
        coalesce(group_rates.is_provisional, false) as is_group_rate_provisional,
        translated.leg_sign * translated.hours as hours,
        translated.leg_sign * translated.billable_hours as billable_hours,
        translated.status as source_status,
        translated.submitted_at,
        translated.approved_at,
        {{ unmapped_members({
            'project': 'translated.project_key',
            'employee': 'translated.worker_key',
            'customer': 'translated.customer_key',
            'contract_line': 'translated.contract_line_key',
        }) }} as unmapped_members,
        translated._batch_id,
        translated._file,
        translated._row
    from translated
    {{ group_rate_join(
        'group_rates', 'translated.legal_entity_key', 'translated.period_id', 'translated.functional_currency'
    ) }}
)

select {{ ledger_columns('operational', absent=['vendor_key', 'revenue_stream']) }}
from final
