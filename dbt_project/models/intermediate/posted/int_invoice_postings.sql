with lines as (
    select * from {{ ref('int_invoice_lines') }}
),

parts as (
    select * from {{ ref('int_invoice_line_origins') }}
),

-- An issued document counts on its date; a void takes it back on the day it was voided.
events as (
    select
        lines.*,
        cast(null as varchar) as event_component,
        case when lines.document_type = 'credit_note' then -1 else 1 end as flow_sign,
        lines.invoice_date as transaction_date,
        lines.period_id as event_period_id,
        coalesce(lines.issued_at, cast(lines.invoice_date as timestamp with time zone)) as posted_at
    from lines

    union all

    select
        lines.*,
        'void' as event_component,
        case when lines.document_type = 'credit_note' then 1 else -1 end as flow_sign,
        lines.void_date as transaction_date,
        lines.void_period_id as event_period_id,
        lines.voided_at as posted_at
    from lines
    where lines.status = 'void'
)

select
    events.*,
    parts.part,
    parts.component as part_component,
    parts.origin_type as part_origin_type,
    parts.origin_system as part_origin_system,
    parts.origin_id as part_origin_id,
    parts.origin_level,
    cast(events.flow_sign * parts.amount as decimal(18, 2)) as amount_transaction,
    cast(events.flow_sign * parts.functional_amount as decimal(18, 2)) as amount_functional,
    cast(events.flow_sign * parts.quantity as decimal(18, 2)) as hours
from events
inner join parts
    on
        events.source_system = parts.source_system
        and events.invoice_line_id = parts.invoice_line_id
