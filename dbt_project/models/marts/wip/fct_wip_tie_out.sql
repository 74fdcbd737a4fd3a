with rolled as (
    select
        legal_entity_key,
        period_id,
        sum(opening_functional) as opening_functional,
        sum(recognized_functional) as recognized_functional,
        sum(billed_functional) as billed_functional,
        sum(translation_functional) as translation_functional,
        -- before translation: accounts are posted at the rates of their days
        sum(recognized_functional - billed_functional - written_off_functional) as moved_functional,
        sum(closing_functional) as closing_functional
    from {{ ref('fct_wip_rollforward') }}
    where basis = 'finance_posted'
    group by legal_entity_key, period_id
),

given as (
    select
        {{ resolved_key('balances.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        balances.period_id,
        sum(balances.opening) as opening,
        sum(balances.closing) as closing
    from {{ ref('stg_erp__gl_balances') }} as balances
    left join {{ ref('stg_erp__accounting_periods') }} as periods
        on
            balances.source_system = periods.source_system
            and balances.legal_entity_id = periods.legal_entity_id
            and balances.period_id = periods.period_id
    cross join {{ ref('int_build') }} as build
    inner join {{ ref('stg_erp__accounts') }} as accounts
        on
            balances.source_system = accounts.source_system
            and balances.account_id = accounts.account_id
    {{ resolve_join('legal_entity', 'entity_ids', 'balances.source_system', 'balances.legal_entity_id', 'coalesce(periods.end_date, build.build_date)') }}
    where
        not balances.is_deleted
        and not accounts.is_deleted
        and not coalesce(accounts.is_statistical, false)
        and accounts.account_class in ('unbilled_receivable', 'deferred_revenue')
    group by 1, 2
)

select
    given.legal_entity_key,
    given.period_id,
    cast(coalesce(rolled.opening_functional, 0) as decimal(18, 2)) as rolled_opening,
    cast(coalesce(rolled.recognized_functional, 0) as decimal(18, 2)) as rolled_recognized,
    cast(coalesce(rolled.billed_functional, 0) as decimal(18, 2)) as rolled_billed,
    cast(coalesce(rolled.translation_functional, 0) as decimal(18, 2)) as rolled_translation,
    cast(coalesce(rolled.closing_functional, 0) as decimal(18, 2)) as rolled_closing,
    cast(given.opening as decimal(18, 2)) as balance_opening,
    cast(given.closing as decimal(18, 2)) as balance_closing,
    -- what the ledger's accounts moved beyond revenue and billing, and the other way round
    cast(given.closing - given.opening - coalesce(rolled.moved_functional, 0) as decimal(18, 2)) as movement_difference,
    given.closing - given.opening = coalesce(rolled.moved_functional, 0) as is_tied
from given
left join rolled
    on
        given.legal_entity_key = rolled.legal_entity_key
        and given.period_id = rolled.period_id
