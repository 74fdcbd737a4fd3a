-- Legal entity and period of every version of a ledger line, invoice line or billing event: a line's own, the invoice's,
-- and of an event the day on which it is due in the books of its contract line.

with versions as (

    select * from {{ ref('int_posted_versions') }}

),

-- what a line of an invoice is changed to, its document says where
invoices as (

    select
        invoices.source_system,
        invoices.invoice_id,
        {{ resolved_key('invoices.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        invoices.invoice_date
    from {{ ref('stg_billing__invoices') }} as invoices
    {{ resolve_join('legal_entity', 'entity_ids', 'invoices.source_system', 'invoices.legal_entity_id', 'invoices.invoice_date') }}
    where invoices.status in ('issued', 'void')

),

dated as (

    select
        versions.subject_type,
        versions.subject_system,
        versions.subject_id,
        {{ resolved_key('versions.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        versions.period_id,
        cast(null as date) as day
    from versions
    {{ resolve_join('legal_entity', 'entity_ids', 'versions.subject_system', 'versions.legal_entity_id', 'versions.dated_on') }}
    where versions.subject_type = 'gl_line'

    union

    select
        versions.subject_type,
        versions.subject_system,
        versions.subject_id,
        invoices.legal_entity_key,
        null,
        invoices.invoice_date
    from versions
    inner join invoices
        on
            versions.subject_system = invoices.source_system
            and versions.parent_id = invoices.invoice_id
    where versions.subject_type = 'invoice_line'

    union

    select
        versions.subject_type,
        versions.subject_system,
        versions.subject_id,
        lines.legal_entity_key,
        null,
        versions.dated_on
    from versions
    {{ resolve_join('contract_line', 'line_ids', 'versions.subject_system', 'versions.parent_id', 'versions.dated_on') }}
    inner join {{ ref('int_contract_lines') }} as lines on line_ids.key = lines.contract_line_key
    where versions.subject_type = 'billing_event' and versions.figures <> 'out'

)

select distinct
    dated.subject_type,
    dated.subject_system,
    dated.subject_id,
    dated.legal_entity_key,
    coalesce(dated.period_id, days.period_id) as period_id
from dated
left join {{ ref('int_period_days') }} as days
    on
        dated.legal_entity_key = days.legal_entity_key
        and dated.day = days.day
