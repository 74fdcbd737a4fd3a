{%- set touched = ref('int_touched_gl_references') -%}
-- Whatever names an invoice, a line of its own accord or a link, with each line of the invoice that it names and the share
-- of that which it posts.
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

references_to_invoices as (
    select
        lines.source_system,
        lines.gl_line_id,
        lines.flow,
        lines.reversal_chain_id,
        lines.origin_system as invoice_system,
        lines.origin_id as invoice_reference,
        lines.project_key,
        lines.currency,
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
        flow,
        reversal_chain_id,
        origin_system as invoice_system,
        origin_id as invoice_reference,
        'none' as project_key,
        currency,
        amount,
        functional_amount,
        'link' as origin_level
    from links
    where origin_type = 'invoice'
),

-- The reference is an invoice line's id, or the whole invoice's: then its lines of the same project.
billed as (
    {%- for named in ['invoice_line_id', 'invoice_id'] %}
    select
        posted.*,
        invoice_lines.invoice_line_id,
        invoice_lines.currency as billed_currency,
        invoice_lines.amount as line_amount,
        invoice_lines.functional_amount as line_functional
    from references_to_invoices as posted
    inner join invoice_lines
        on
            posted.invoice_system = invoice_lines.source_system
            and posted.invoice_reference = invoice_lines.{{ named }}
            {%- if named == 'invoice_id' %}
            and (posted.project_key in ('none', 'unmapped') or posted.project_key = invoice_lines.project_key)
    left join invoice_lines as exact
        on
            posted.invoice_system = exact.source_system
            and posted.invoice_reference = exact.invoice_line_id
    where exact.invoice_line_id is null
            {%- else %}

    union all
            {%- endif %}
    {% endfor %}
),

totalled as (
    select
        *,
        cast(
            sum(line_amount) over (partition by source_system, gl_line_id, invoice_system, invoice_reference)
            as decimal(18, 2)
        ) as billed_total,
        cast(
            sum(line_functional) over (partition by source_system, gl_line_id, invoice_system, invoice_reference)
            as decimal(18, 2)
        ) as billed_functional
    from billed
)

select
    source_system,
    gl_line_id,
    flow,
    reversal_chain_id,
    invoice_system,
    invoice_reference,
    invoice_line_id,
    origin_level,
    amount,
    functional_amount,
    billed_total,
    cast(
        case
            when currency = billed_currency then {{ divide('abs(amount)', 'abs(billed_total)') }}
            else {{ divide('abs(functional_amount)', 'abs(billed_functional)') }}
        end as decimal(18, 8)
    ) as posted_share
from totalled
where billed_total <> 0
