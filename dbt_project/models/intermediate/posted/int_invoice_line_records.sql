{{ config(
    materialized='keyed', key=['source_system', 'invoice_line_id'], touched='int_touched_document_lines', remembers=true
) }}
-- A line is either summarised, and then its sources speak for it, or one record's.
with lines as (
    select * from {{ ref('int_invoice_lines') }} as every_line
    {{ touched_only('int_touched_document_lines', ['source_system', 'invoice_line_id'], 'every_line') }}
),

sources as (
    select * from {{ ref('stg_billing__invoice_line_sources') }} as staged
    where
        not is_deleted
        {{ touched_only('int_touched_document_lines', ['source_system', 'invoice_line_id'], 'staged', opening='and') }}
),

summarised as (
    select distinct
        source_system,
        invoice_line_id
    from sources
)

select
    lines.source_system,
    lines.invoice_line_id,
    sources.origin_type,
    sources.origin_system,
    sources.origin_id,
    sources.amount,
    sources.quantity,
    'link' as origin_level
from lines
inner join sources
    on
        lines.source_system = sources.source_system
        and lines.invoice_line_id = sources.invoice_line_id

union all

select
    lines.source_system,
    lines.invoice_line_id,
    lines.origin_type,
    lines.origin_system,
    lines.origin_id,
    lines.amount,
    lines.quantity,
    'line' as origin_level
from lines
left join summarised
    on
        lines.source_system = summarised.source_system
        and lines.invoice_line_id = summarised.invoice_line_id
where
    summarised.invoice_line_id is null
    and lines.origin_type in ('time_entry', 'expense', 'milestone', 'billing_event')
    and lines.origin_id is not null
