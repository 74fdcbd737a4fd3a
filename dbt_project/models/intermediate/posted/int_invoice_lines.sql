{{ config(
    materialized='keyed', key=['source_system', 'invoice_line_id'], touched='int_touched_document_lines', remembers=true
) }}
with documents as (
    select * from {{ ref('stg_billing__invoices') }}
    where not is_deleted and (status = 'issued' or (status = 'void' and issued_at is not null))
),

lines as (
    select * from {{ ref('stg_billing__invoice_lines') }} as staged
    where
        not is_deleted
        {{ touched_only('int_touched_document_lines', ['source_system', 'invoice_line_id'], 'staged', opening='and') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

systems as (
    select * from {{ ref('int_origin_systems') }}
),

instances as (
    select * from {{ ref('int_origin_instances') }}
),

resolved as (
    select
        lines.source_system,
        lines.invoice_line_id,
        lines.invoice_id,
        documents.document_type,
        documents.applies_to_invoice_id,
        {{ resolved_key('documents.legal_entity_id', 'entity_map') }} as legal_entity_key,
        {{ resolved_key('documents.customer_id', 'customer_map') }} as customer_key,
        {{ resolved_key('lines.project_id', 'project_map') }} as project_key,
        {{ resolved_key('lines.contract_line_id', 'contract_line_map') }} as contract_line_key,
        documents.invoice_date,
        documents.issued_at,
        documents.status,
        case when documents.status = 'void' then coalesce(documents.voided_at, documents.updated_at) end as voided_at,
        documents.currency,
        lines.amount,
        lines.functional_amount,
        lines.quantity,
        lines.origin_type,
        coalesce(lines.origin_system, systems.sole_system, instances.source_system) as origin_system,
        lines.origin_id,
        lines._batch_id,
        lines._file,
        lines._row
    from lines
    inner join documents
        on
            lines.source_system = documents.source_system
            and lines.invoice_id = documents.invoice_id
    left join systems
        on lines.origin_type = systems.origin_type
    left join instances
        on
            lines.origin_type = instances.origin_type
            and lines.origin_id = instances.origin_id
    {{ resolve_join('legal_entity', 'entity_map', 'documents.source_system', 'documents.legal_entity_id', 'documents.invoice_date') }}
    {{ resolve_join('customer', 'customer_map', 'documents.source_system', 'documents.customer_id', 'documents.invoice_date') }}
    {{ resolve_join('project', 'project_map', 'lines.source_system', 'lines.project_id', 'documents.invoice_date') }}
    {{ resolve_join('contract_line', 'contract_line_map', 'lines.source_system', 'lines.contract_line_id', 'documents.invoice_date') }}
),

dated as (
    select
        resolved.*,
        entities.functional_currency,
        entities.region,
        {{ local_date('resolved.voided_at', 'entities.time_zone') }} as void_date
    from resolved
    left join entities
        on resolved.legal_entity_key = entities.legal_entity_key
)

select
    dated.source_system,
    dated.invoice_line_id,
    dated.invoice_id,
    dated.document_type,
    dated.applies_to_invoice_id,
    dated.legal_entity_key,
    dated.customer_key,
    dated.project_key,
    dated.contract_line_key,
    dated.region,
    dated.invoice_date,
    coalesce(periods.period_id, 'none') as period_id,
    dated.issued_at,
    dated.status,
    dated.voided_at,
    dated.void_date,
    coalesce(void_periods.period_id, 'none') as void_period_id,
    dated.currency,
    dated.functional_currency,
    dated.amount,
    -- The ERP's own translation where it gives one, else the rate of the invoice's date.
    coalesce(
        dated.functional_amount,
        {{ translate('dated.amount', fx_rate('rates', 'dated.currency', 'dated.functional_currency')) }}
    ) as functional_amount,
    dated.quantity,
    dated.origin_type,
    dated.origin_system,
    dated.origin_id,
    dated._batch_id,
    dated._file,
    dated._row
from dated
{{ work_period_join('periods', 'dated.legal_entity_key', 'dated.invoice_date') }}
{{ work_period_join('void_periods', 'dated.legal_entity_key', 'dated.void_date') }}
{{ fx_join('rates', 'dated.currency', 'dated.functional_currency', 'dated.invoice_date') }}
