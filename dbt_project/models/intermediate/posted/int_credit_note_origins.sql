-- A credit note that names no record takes back what the invoice it applies to billed on the same project
-- and contract line, or on any where it names none: everything where it credits the whole, else the record only if there
-- is just one.
with lines as (
    select * from {{ ref('int_invoice_lines') }}
),

records as (
    select * from {{ ref('int_invoice_line_records') }}
),

silent as (
    select
        lines.source_system,
        lines.invoice_line_id,
        lines.applies_to_invoice_id,
        lines.project_key,
        lines.contract_line_key,
        lines.amount,
        lines.quantity,
        count(*) over (
            partition by lines.source_system, lines.invoice_id, lines.project_key, lines.contract_line_key
        ) as line_count
    from lines
    left join records
        on
            lines.source_system = records.source_system
            and lines.invoice_line_id = records.invoice_line_id
    where
        records.invoice_line_id is null
        and lines.document_type = 'credit_note'
        and lines.applies_to_invoice_id is not null
),

credited as (
    select
        silent.source_system,
        silent.invoice_line_id,
        silent.amount as credit_amount,
        silent.quantity as credit_quantity,
        records.origin_type,
        records.origin_system,
        records.origin_id,
        sum(records.amount) as amount,
        sum(records.quantity) as quantity
    from silent
    inner join lines
        on
            silent.source_system = lines.source_system
            and silent.applies_to_invoice_id = lines.invoice_id
            and (silent.project_key = 'none' or silent.project_key = lines.project_key)
            and (silent.contract_line_key = 'none' or silent.contract_line_key = lines.contract_line_key)
    inner join records
        on
            lines.source_system = records.source_system
            and lines.invoice_line_id = records.invoice_line_id
    where silent.line_count = 1
    group by
        silent.source_system, silent.invoice_line_id, silent.amount, silent.quantity,
        records.origin_type, records.origin_system, records.origin_id
),

counted as (
    select
        *,
        count(*) over (partition by source_system, invoice_line_id) as record_count,
        sum(amount) over (partition by source_system, invoice_line_id) as credited_amount
    from credited
)

select
    source_system,
    invoice_line_id,
    origin_type,
    origin_system,
    origin_id,
    cast(case when record_count = 1 then credit_amount else amount end as decimal(18, 2)) as amount,
    cast(case when record_count = 1 then credit_quantity else quantity end as decimal(18, 2)) as quantity,
    case when record_count = 1 then 'line' else 'link' end as origin_level
from counted
where record_count = 1 or credited_amount = credit_amount
