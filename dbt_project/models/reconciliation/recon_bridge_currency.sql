with ledger as (

    select * from {{ ref('int_recon_sides') }}

),

breaks as (

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        currency,
        sum(amount_transaction) as breaks_transaction
    from {{ ref('recon_bridge') }}
    group by flow, legal_entity_key, project_key, period_id, currency

),

-- facts that the two sides hold in different currencies: their transaction amounts cannot be subtracted
two_currencies as (

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        currency,
        sum(two_currencies_transaction) as two_currencies_transaction
    from {{ ref('int_recon_two_currencies') }}
    group by flow, legal_entity_key, project_key, period_id, currency

)

select
    ledger.flow,
    ledger.legal_entity_key,
    ledger.project_key,
    ledger.period_id,
    ledger.currency,
    cast(ledger.operational_transaction as decimal(18, 2)) as operational_transaction,
    cast(coalesce(breaks.breaks_transaction, 0) as decimal(18, 2)) as breaks_transaction,
    cast(coalesce(two_currencies.two_currencies_transaction, 0) as decimal(18, 2)) as two_currencies_transaction,
    cast(ledger.posted_transaction as decimal(18, 2)) as posted_transaction,
    {{ ledger_worth("'finance_posted'") }} as gl_status
from ledger
{{- ledger_worth_join('ledger') }}
{%- for other in ['breaks', 'two_currencies'] %}
left join {{ other }}
    on
        ledger.flow = {{ other }}.flow
        and ledger.legal_entity_key = {{ other }}.legal_entity_key
        and ledger.project_key = {{ other }}.project_key
        and ledger.period_id = {{ other }}.period_id
        and ledger.currency = {{ other }}.currency
{%- endfor %}
