{{ config(
    materialized='keyed', key=['origin_type', 'origin_system', 'origin_id'], touched='int_touched_billed_origins',
    remembers=true
) }}
-- Grain: one row an origin that stands on an issued invoice, with the first date on which it was billed.
select
    records.origin_type,
    records.origin_system,
    records.origin_id,
    min(lines.invoice_date) as invoice_date,
    min(lines.issued_at) as issued_at
from {{ ref('int_invoice_line_records') }} as records
inner join {{ ref('int_invoice_lines') }} as lines
    on
        records.source_system = lines.source_system
        and records.invoice_line_id = lines.invoice_line_id
where
    lines.document_type = 'invoice'
    and lines.status = 'issued'
    -- what names no system, where several could have it, is no record that anything else would find
    and records.origin_system is not null
    {{ touched_only(
        'int_touched_billed_origins', ['origin_type', 'origin_system', 'origin_id'], 'records', opening='and'
    ) }}
group by records.origin_type, records.origin_system, records.origin_id
