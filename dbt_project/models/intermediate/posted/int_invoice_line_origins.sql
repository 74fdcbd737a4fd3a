{{ config(
    materialized='keyed', key=['source_system', 'invoice_line_id'], touched='int_touched_document_lines', remembers=true
) }}
with lines as (
    select * from {{ ref('int_invoice_lines') }} as every_line
    {{ touched_only('int_touched_document_lines', ['source_system', 'invoice_line_id'], 'every_line') }}
),

found as (
    select * from {{ ref('int_invoice_line_records') }} as every_record
    {{ touched_only('int_touched_document_lines', ['source_system', 'invoice_line_id'], 'every_record') }}

    union all

    select * from {{ ref('int_credit_note_origins') }}
),

found_parts as (
    select
        lines.source_system,
        lines.invoice_line_id,
        found.origin_type,
        found.origin_system,
        found.origin_id,
        found.origin_level,
        found.amount,
        lines.amount as line_amount,
        lines.functional_amount as line_functional,
        case
            when lines.amount = found.amount then lines.functional_amount
            when lines.currency = lines.functional_currency then found.amount
        end as functional_amount,
        found.quantity
    from lines
    inner join found
        on
            lines.source_system = found.source_system
            and lines.invoice_line_id = found.invoice_line_id
),

-- what several records of a line in a foreign currency are in functional adds up to the line
running as (
    select
        *,
        cast(
            sum(amount) over (
                partition by source_system, invoice_line_id
                order by origin_type, origin_system, origin_id
                rows between unbounded preceding and current row
            ) as decimal(18, 2)
        ) as amount_to_here
    from found_parts
    where functional_amount is null
),

parts as (
    select
        source_system,
        invoice_line_id,
        origin_type,
        origin_system,
        origin_id,
        origin_level,
        amount,
        functional_amount,
        quantity
    from found_parts
    where functional_amount is not null

    union all

    select
        source_system,
        invoice_line_id,
        origin_type,
        origin_system,
        origin_id,
        origin_level,
        amount,
        {{ running_part('line_functional', 'amount_to_here - amount', 'amount_to_here', 'line_amount') }}
            as functional_amount,
        quantity
    from running
),

named as (
    select
        source_system,
        invoice_line_id,
        sum(amount) as amount,
        sum(functional_amount) as functional_amount,
        sum(quantity) as quantity
    from parts
    group by source_system, invoice_line_id
)

select
    source_system,
    invoice_line_id,
    concat_ws(':', origin_type, origin_system, origin_id) as part,
    cast(null as varchar) as component,
    origin_type,
    origin_system,
    origin_id,
    origin_level,
    amount,
    functional_amount,
    quantity
from parts

union all

-- Lines with no record, and what the records leave of the others.
select
    lines.source_system,
    lines.invoice_line_id,
    'remainder' as part,
    case when named.invoice_line_id is not null then 'remainder' end as component,
    lines.origin_type,
    cast(null as varchar) as origin_system,
    cast(null as varchar) as origin_id,
    case when named.invoice_line_id is not null or lines.origin_type = 'summary' then 'summary' else 'none' end
        as origin_level,
    cast(lines.amount - coalesce(named.amount, 0) as decimal(18, 2)) as amount,
    cast(lines.functional_amount - coalesce(named.functional_amount, 0) as decimal(18, 2)) as functional_amount,
    cast(lines.quantity - coalesce(named.quantity, 0) as decimal(18, 2)) as quantity
from lines
left join named
    on
        lines.source_system = named.source_system
        and lines.invoice_line_id = named.invoice_line_id
where
    named.invoice_line_id is null
    or lines.amount <> named.amount
    or lines.functional_amount <> named.functional_amount
