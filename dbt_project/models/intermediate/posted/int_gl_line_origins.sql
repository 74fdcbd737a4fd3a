{{ config(
    materialized='keyed', key=['source_system', 'gl_line_id'], touched='int_touched_gl_origins'
) }}
with lines as (
    select * from {{ ref('int_gl_lines') }} as every_line
    where
        flow is not null
        {{ touched_only('int_touched_gl_origins', ['source_system', 'gl_line_id'], 'every_line', opening='and') }}
),

-- read with those of lines that only share an invoice with what was touched
links as (
    select * from {{ ref('int_gl_posting_links') }} as every_link
    {{ touched_only('int_touched_gl_origins', ['source_system', 'gl_line_id'], 'every_link') }}
),

through_invoices as (
    select * from {{ ref('int_gl_invoice_origins') }}
),

followed as (
    select distinct
        source_system,
        gl_line_id,
        invoice_system,
        invoice_reference
    from through_invoices
),

parts as (
    select
        links.source_system,
        links.gl_line_id,
        concat_ws(':', links.origin_type, links.origin_system, links.origin_id) as part,
        cast(null as varchar) as invoice_line_id,
        links.origin_type,
        links.origin_system,
        links.origin_id,
        links.amount,
        links.functional_amount,
        links.quantity,
        false as is_invoice,
        'link' as origin_level
    from links
    left join followed
        on
            links.source_system = followed.source_system
            -- only a link to an invoice gets a key to look up
            and case when links.origin_type = 'invoice' then links.gl_line_id end = followed.gl_line_id
            and links.origin_system = followed.invoice_system
            and links.origin_id = followed.invoice_reference
    where followed.gl_line_id is null

    union all

    select
        source_system,
        gl_line_id,
        concat_ws(':', origin_type, origin_system, origin_id, 'invoice', invoice_line_id) as part,
        invoice_line_id,
        origin_type,
        origin_system,
        origin_id,
        amount,
        functional_amount,
        quantity,
        true as is_invoice,
        origin_level
    from through_invoices
),

named as (
    select
        parts.source_system,
        parts.gl_line_id,
        sum(parts.amount) as amount,
        sum(parts.functional_amount) as functional_amount,
        coalesce(sum({{ hours_with_money('parts.quantity', 'lines.flow_sign * parts.amount') }}), 0) as hours,
        bool_or(parts.is_invoice) as is_invoice,
        bool_or(parts.quantity is null) as is_any_untold
    from parts
    inner join lines
        on
            parts.source_system = lines.source_system
            and parts.gl_line_id = lines.gl_line_id
    group by parts.source_system, parts.gl_line_id
),

-- What the named records do not add up to. Hours of an invoice are what it bills, whatever the ledger line says of them.
rests as (
    select
        lines.source_system,
        lines.gl_line_id,
        lines.origin_type,
        named.is_any_untold,
        cast(lines.amount - named.amount as decimal(18, 2)) as amount,
        cast(lines.functional_amount - named.functional_amount as decimal(18, 2)) as functional_amount,
        case
            when not named.is_invoice
                then cast(
                    {{ hours_with_money('lines.quantity', 'lines.flow_sign * lines.amount') }} - named.hours
                    as decimal(18, 2)
                )
        end as hours
    from lines
    inner join named
        on
            lines.source_system = named.source_system
            and lines.gl_line_id = named.gl_line_id
)

select
    source_system,
    gl_line_id,
    part,
    cast(null as varchar) as component,
    invoice_line_id,
    origin_type,
    origin_system,
    origin_id,
    origin_level,
    amount,
    functional_amount,
    quantity
from parts

union all

-- It stays with the line.
select
    source_system,
    gl_line_id,
    'remainder' as part,
    'remainder' as component,
    cast(null as varchar) as invoice_line_id,
    origin_type,
    cast(null as varchar) as origin_system,
    cast(null as varchar) as origin_id,
    'summary' as origin_level,
    amount,
    functional_amount,
    case when not is_any_untold then hours end as quantity
from rests
where
    amount <> 0
    or functional_amount <> 0
    or (hours <> 0 and not is_any_untold)

union all

-- Which records the hours are of, links without hours leave unsaid.
select
    source_system,
    gl_line_id,
    'untold' as part,
    'untold' as component,
    cast(null as varchar) as invoice_line_id,
    origin_type,
    cast(null as varchar) as origin_system,
    cast(null as varchar) as origin_id,
    'summary' as origin_level,
    cast(0 as decimal(18, 2)) as amount,
    cast(0 as decimal(18, 2)) as functional_amount,
    hours as quantity
from rests
where hours <> 0 and is_any_untold
