-- Open receivables and the invoicing of the twelve months before, both with tax, of a legal entity and
-- customer at each period's end. Receipts that name no invoice belong to nobody yet and are left out. Where the
-- invoices of an entity reach back less than a year, they are brought to one by the days that they reach back.
with lines as (
    select
        source_system,
        invoice_id,
        sum(amount + coalesce(tax_amount, 0)) as total
    from {{ ref('stg_billing__invoice_lines') }}
    where not is_deleted
    group by source_system, invoice_id
),

documents as (
    select
        invoices.source_system,
        invoices.invoice_id,
        {{ resolved_key('invoices.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        {{ resolved_key('invoices.customer_id', 'customer_ids') }} as customer_key,
        invoices.currency,
        coalesce(entities.functional_currency, invoices.currency) as functional_currency,
        coalesce(entities.time_zone, 'UTC') as time_zone,
        invoices.invoice_date,
        coalesce(invoices.voided_at, invoices.updated_at) as voided_at,
        invoices.status,
        case when invoices.document_type = 'credit_note' then -lines.total else lines.total end as total
    from {{ ref('stg_billing__invoices') }} as invoices
    inner join lines
        on
            invoices.source_system = lines.source_system
            and invoices.invoice_id = lines.invoice_id
    {{ resolve_join('legal_entity', 'entity_ids', 'invoices.source_system', 'invoices.legal_entity_id', 'invoices.invoice_date') }}
    {{ resolve_join('customer', 'customer_ids', 'invoices.source_system', 'invoices.customer_id', 'invoices.invoice_date') }}
    left join {{ ref('int_legal_entities') }} as entities on entity_ids.key = entities.legal_entity_key
    where
        not invoices.is_deleted
        and (invoices.status = 'issued' or (invoices.status = 'void' and invoices.issued_at is not null))
),

-- A receipt pays the invoice of its own system, else the one that a single other system has under that id.
named_once as (
    select
        invoice_id,
        min(source_system) as source_system
    from {{ ref('stg_billing__invoices') }}
    where not is_deleted
    group by invoice_id
    having count(*) = 1
),

receipts as (
    select
        receipts.*,
        coalesce(own.source_system, named_once.source_system) as invoice_system
    from {{ ref('stg_billing__cash_receipts') }} as receipts
    left join documents as own
        on
            receipts.source_system = own.source_system
            and receipts.invoice_id = own.invoice_id
    left join named_once on receipts.invoice_id = named_once.invoice_id
    where not receipts.is_deleted
),

-- An invoice is worth what the ledger has it at: its own day's rate into the books' currency.
valued as (
    select
        documents.*,
        {{ translate('documents.total', fx_rate('fx', 'documents.currency', 'documents.functional_currency')) }}
            as total_functional
    from documents
    {{ fx_join('fx', 'documents.currency', 'documents.functional_currency', 'documents.invoice_date') }}
),

movements as (
    select
        legal_entity_key, customer_key, currency, functional_currency, invoice_date as moved_on,
        total_functional as invoiced_functional, total as open_change
    from valued
    union all
    select
        legal_entity_key,
        customer_key,
        currency,
        functional_currency,
        {{ local_date('voided_at', 'time_zone') }} as moved_on,
        -total_functional as invoiced_functional,
        -total as open_change
    from valued
    where status = 'void'
    union all
    select
        documents.legal_entity_key,
        documents.customer_key,
        documents.currency,
        documents.functional_currency,
        receipts.received_date as moved_on,
        0 as invoiced_functional,
        -{{ translate('receipts.amount', fx_rate('fx', 'receipts.currency', 'documents.currency')) }} as open_change
    from receipts
    inner join documents
        on
            receipts.invoice_system = documents.source_system
            and receipts.invoice_id = documents.invoice_id
    {{ fx_join('fx', 'receipts.currency', 'documents.currency', 'receipts.received_date') }}
),

by_period as (
    select
        movements.legal_entity_key,
        movements.customer_key,
        movements.currency,
        movements.functional_currency,
        days.period_id,
        days.start_date,
        days.end_date,
        sum(movements.invoiced_functional) as invoiced_functional,
        sum(movements.open_change) as open_change
    from movements
    {{ work_period_join('days', 'movements.legal_entity_key', 'movements.moved_on') }}
    where days.period_id is not null
    group by 1, 2, 3, 4, 5, 6, 7
),

translated as (
    select
        by_period.*,
        {{ translate('by_period.invoiced_functional', 'group_rates.average_rate') }} as invoiced_group
    from by_period
    {{ group_rate_join('group_rates', 'by_period.legal_entity_key', 'by_period.period_id', 'by_period.functional_currency') }}
),

histories as (
    select
        legal_entity_key,
        min(start_date) as first_day
    from by_period
    where invoiced_functional <> 0
    group by legal_entity_key
),

balances as (
    select
        periods.period_id,
        periods.end_date as period_end,
        least(periods.end_date, build.build_date) as known_to,
        translated.legal_entity_key,
        translated.customer_key,
        translated.currency,
        sum(translated.open_change) as open_amount,
        sum(
            case
                when {{ is_within_a_year('translated.start_date', 'translated.end_date', 'periods.end_date') }}
                    then translated.invoiced_group
                else 0
            end
        ) as invoiced_group
    from translated
    inner join {{ ref('int_today') }} as build on translated.legal_entity_key = build.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            translated.legal_entity_key = periods.legal_entity_key
            and translated.end_date <= periods.end_date
            and build.build_date >= periods.start_date
    group by 1, 2, 3, 4, 5, 6
)

select
    balances.period_id,
    balances.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    cast(null as string) as practice,
    cast(null as string) as role,
    balances.customer_key,
    cast(null as string) as project_key,
    cast(null as string) as billing_model,
    cast(sum({{ translate('balances.open_amount', 'group_rates.closing_rate') }}) as decimal(18, 2)) as open_group,
    case
        -- a year of weeks begins up to three days after the same day of the year before
        when {{ days_apart(add_months('balances.period_end', -12), 'histories.first_day') }} <= 3
            then cast(sum(balances.invoiced_group) as decimal(18, 2))
        else coalesce({{ share_of(
            'sum(balances.invoiced_group)', '365', days_apart('histories.first_day', 'balances.known_to') ~ ' + 1'
        ) }}, 0)
    end as invoiced_group
from balances
left join histories on balances.legal_entity_key = histories.legal_entity_key
left join {{ ref('int_legal_entities') }} as entities on balances.legal_entity_key = entities.legal_entity_key
{{ group_rate_join('group_rates', 'balances.legal_entity_key', 'balances.period_id', 'balances.currency') }}
group by 1, 2, 3, 6, balances.period_end, balances.known_to, histories.first_day
