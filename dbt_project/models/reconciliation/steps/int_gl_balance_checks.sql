-- The GL lines of each account and period against the movement of the ERP's own trial balance.

{%- set ended_on = 'coalesce(periods.end_date, build.build_date)' %}

with lines as (

    select
        source_system,
        legal_entity_key,
        period_id,
        account_key,
        sum(functional_amount) as lines_functional
    from {{ ref('int_gl_lines') }}
    group by source_system, legal_entity_key, period_id, account_key

),

statistical as (

    select
        source_system,
        account_id
    from {{ ref('stg_erp__accounts') }}
    where coalesce(is_statistical, false)

),

balances as (

    select
        balances.source_system,
        {{ resolved_key('balances.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        balances.period_id,
        {{ resolved_key('balances.account_id', 'account_ids') }} as account_key,
        sum(balances.closing - balances.opening) as movement_functional,
        sum(balances.debit - balances.credit) as turnover_functional
    from {{ ref('stg_erp__gl_balances') }} as balances
    left join statistical
        on
            balances.source_system = statistical.source_system
            and balances.account_id = statistical.account_id
    left join {{ ref('stg_erp__accounting_periods') }} as periods
        on
            balances.source_system = periods.source_system
            and balances.legal_entity_id = periods.legal_entity_id
            and balances.period_id = periods.period_id
    cross join {{ ref('int_build') }} as build
    {{ resolve_join('legal_entity', 'entity_ids', 'balances.source_system', 'balances.legal_entity_id', ended_on) }}
    {{ resolve_join('account', 'account_ids', 'balances.source_system', 'balances.account_id', ended_on) }}
    where not balances.is_deleted and statistical.account_id is null
    group by
        balances.source_system,
        {{ resolved_key('balances.legal_entity_id', 'entity_ids') }},
        balances.period_id,
        {{ resolved_key('balances.account_id', 'account_ids') }}

),

-- a trial balance speaks for every account of its entity and period, also for those it leaves out
proved as (

    select distinct
        source_system,
        legal_entity_key,
        period_id
    from balances

),

accounts as (

    select source_system, legal_entity_key, period_id, account_key from lines
    union distinct
    select source_system, legal_entity_key, period_id, account_key from balances

)

select
    accounts.source_system,
    accounts.legal_entity_key,
    accounts.period_id,
    accounts.account_key,
    cast(coalesce(lines.lines_functional, 0) as decimal(18, 2)) as lines_functional,
    cast(coalesce(balances.movement_functional, 0) as decimal(18, 2)) as movement_functional,
    cast(coalesce(balances.turnover_functional, 0) as decimal(18, 2)) as turnover_functional,
    proved.period_id is not null as has_balances
from accounts
{%- for other in ['lines', 'balances'] %}
left join {{ other }}
    on
        accounts.source_system = {{ other }}.source_system
        and accounts.legal_entity_key = {{ other }}.legal_entity_key
        and accounts.period_id = {{ other }}.period_id
        and accounts.account_key = {{ other }}.account_key
{%- endfor %}
left join proved
    on
        accounts.source_system = proved.source_system
        and accounts.legal_entity_key = proved.legal_entity_key
        and accounts.period_id = proved.period_id
