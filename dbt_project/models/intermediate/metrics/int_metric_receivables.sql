-- Open receivables and the invoicing of the twelve months before, both with tax, of a legal entity and
-- customer at each period's end. Receipts that name no invoice belong to nobody yet and are left out.
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
    where
        not invoices.is_deleted
        and (invoices.status = 'issued' or (invoices.status = 'void' and invoices.issued_at is not null))
),

movements as (
    select
        legal_entity_key, customer_key, currency, invoice_date as moved_on, total as invoiced, total as open_change
    from documents
    union all
    select
        documents.legal_entity_key,
        documents.customer_key,
        documents.currency,
        {{ local_date('documents.voided_at', "coalesce(entities.time_zone, 'UTC')") }} as moved_on,
        -documents.total as invoiced,
        -documents.total as open_change
    from documents
    left join {{ ref('int_legal_entities') }} as entities on documents.legal_entity_key = entities.legal_entity_key
    where documents.status = 'void'
    union all
    select
        documents.legal_entity_key,
        documents.customer_key,
        documents.currency,
        receipts.received_date as moved_on,
        0 as invoiced,
        -{{ translate('receipts.amount', fx_rate('fx', 'receipts.currency', 'documents.currency')) }} as open_change
    from {{ ref('stg_billing__cash_receipts') }} as receipts
    inner join documents
        on
            receipts.source_system = documents.source_system
            and receipts.invoice_id = documents.invoice_id
    {{ fx_join('fx', 'receipts.currency', 'documents.currency', 'receipts.received_date') }}
    where not receipts.is_deleted
),

by_period as (
    select
        movements.legal_entity_key,
        movements.customer_key,
        movements.currency,
        days.period_id,
        days.start_date,
        days.end_date,
        sum(movements.invoiced) as invoiced,
        sum(movements.open_change) as open_change
    from movements
    {{ work_period_join('days', 'movements.legal_entity_key', 'movements.moved_on') }}
    where days.period_id is not null
    group by 1, 2, 3, 4, 5, 6
),

translated as (
    select
        by_period.*,
        {{ translate('by_period.invoiced', 'group_rates.average_rate') }} as invoiced_group
    from by_period
    {{ group_rate_join('group_rates', 'by_period.legal_entity_key', 'by_period.period_id', 'by_period.currency') }}
),

balances as (
    select
        periods.period_id,
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
    cross join {{ ref('int_build') }} as build
    inner join {{ ref('int_periods') }} as periods
        on
            translated.legal_entity_key = periods.legal_entity_key
            and translated.end_date <= periods.end_date
            and build.build_date >= periods.start_date
    group by 1, 2, 3, 4
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
    cast(sum(balances.invoiced_group) as decimal(18, 2)) as invoiced_group
from balances
left join {{ ref('int_legal_entities') }} as entities on balances.legal_entity_key = entities.legal_entity_key
{{ group_rate_join('group_rates', 'balances.legal_entity_key', 'balances.period_id', 'balances.currency') }}
group by 1, 2, 3, 6
