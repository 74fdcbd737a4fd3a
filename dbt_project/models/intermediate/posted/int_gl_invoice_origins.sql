{%- set touched = ref('int_touched_gl_origins') -%}
-- Whatever names an invoice, a line of its own accord or a link, is followed to what the invoice bills.
with lines as (
    select * from {{ ref('int_gl_lines') }}
    where
        flow is not null
        and origin_type = 'invoice'
        and origin_id is not null
        {%- if build_is_increment() %}
        and (source_system, gl_line_id) in (select source_system, gl_line_id from {{ touched }})
        {%- endif %}
),

links as (
    select * from {{ ref('int_gl_posting_links') }}
),

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_origins as (
    select * from {{ ref('int_invoice_line_origins') }}
),

references_to_invoices as (
    select
        lines.source_system,
        lines.gl_line_id,
        lines.origin_system as invoice_system,
        lines.origin_id as invoice_reference,
        lines.project_key,
        lines.amount,
        lines.functional_amount,
        'line' as origin_level
    from lines
    left join (select distinct source_system, gl_line_id from links) as summarised
        on
            lines.source_system = summarised.source_system
            and lines.gl_line_id = summarised.gl_line_id
    where summarised.gl_line_id is null

    union all

    select
        source_system,
        gl_line_id,
        origin_system as invoice_system,
        origin_id as invoice_reference,
        'none' as project_key,
        amount,
        functional_amount,
        'link' as origin_level
    from links
    where origin_type = 'invoice'
),

-- The reference is an invoice line's id, or the whole invoice's: then its lines of the same project.
billed as (
    select
        posted.*,
        invoice_lines.invoice_line_id
    from references_to_invoices as posted
    inner join invoice_lines
        on
            posted.invoice_system = invoice_lines.source_system
            and posted.invoice_reference = invoice_lines.invoice_line_id

    union all

    select
        posted.*,
        invoice_lines.invoice_line_id
    from references_to_invoices as posted
    inner join invoice_lines
        on
            posted.invoice_system = invoice_lines.source_system
            and posted.invoice_reference = invoice_lines.invoice_id
            and (posted.project_key in ('none', 'unmapped') or posted.project_key = invoice_lines.project_key)
    left join invoice_lines as exact
        on
            posted.invoice_system = exact.source_system
            and posted.invoice_reference = exact.invoice_line_id
    where exact.invoice_line_id is null
),

traced as (
    select
        billed.*,
        invoice_origins.origin_type,
        invoice_origins.origin_system,
        invoice_origins.origin_id,
        invoice_origins.amount as billed_amount,
        invoice_origins.quantity as billed_quantity,
        sum(invoice_origins.amount) over (
            partition by billed.source_system, billed.gl_line_id, billed.invoice_system, billed.invoice_reference
        ) as billed_total,
        count(*) over (
            partition by billed.source_system, billed.gl_line_id, billed.invoice_system, billed.invoice_reference
        ) as billed_parts
    from billed
    inner join invoice_origins
        on
            billed.invoice_system = invoice_origins.source_system
            and billed.invoice_line_id = invoice_origins.invoice_line_id
)

select
    source_system,
    gl_line_id,
    invoice_system,
    invoice_reference,
    invoice_line_id,
    origin_type,
    origin_system,
    origin_id,
    cast({{ divide('amount * billed_amount', 'billed_total', 2) }} as decimal(18, 2)) as amount,
    cast({{ divide('functional_amount * billed_amount', 'billed_total', 2) }} as decimal(18, 2)) as functional_amount,
    billed_quantity as quantity,
    case when billed_parts = 1 then origin_level else 'link' end as origin_level
from traced
where origin_id is not null and billed_total <> 0
