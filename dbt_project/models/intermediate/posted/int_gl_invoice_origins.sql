{%- set touched = ref('int_touched_gl_origins') -%}
-- What names an invoice is followed to what the invoice bills: money by what was billed, hours by what the posted lines
-- share of them. Both are steps of rounded running totals, so that the parts add up to the line, and its hours to the bill's.
with posted as (
    select * from {{ ref('int_gl_invoice_references') }}
    {%- if build_is_increment() %}
    where (source_system, gl_line_id) in (select source_system, gl_line_id from {{ touched }})
    {%- endif %}
),

shares as (
    select * from {{ ref('int_gl_invoice_shares') }}
),

invoice_origins as (
    select * from {{ ref('int_invoice_line_origins') }}
),

traced as (
    select
        posted.*,
        shares.chain_share,
        shares.share_before,
        shares.share_to_here,
        shares.whole_share,
        invoice_origins.origin_type,
        invoice_origins.origin_system,
        invoice_origins.origin_id,
        invoice_origins.amount as billed_amount,
        invoice_origins.quantity as billed_quantity,
        cast(
            sum(invoice_origins.amount) over (
                partition by posted.source_system, posted.gl_line_id, posted.invoice_system, posted.invoice_reference
                order by invoice_origins.origin_id is null, posted.invoice_line_id, invoice_origins.part
                rows between unbounded preceding and current row
            ) as decimal(18, 2)
        ) as billed_to_here,
        count(*) over (
            partition by posted.source_system, posted.gl_line_id, posted.invoice_system, posted.invoice_reference
        ) as billed_parts
    from posted
    inner join invoice_origins
        on
            posted.invoice_system = invoice_origins.source_system
            and posted.invoice_line_id = invoice_origins.invoice_line_id
    inner join shares
        on
            posted.flow = shares.flow
            and posted.invoice_system = shares.invoice_system
            and posted.invoice_line_id = shares.invoice_line_id
            and posted.reversal_chain_id = shares.reversal_chain_id
),

chained as (
    select
        *,
        {{ running_part('billed_quantity', 'share_before', 'share_to_here', 'whole_share') }} as chain_quantity
    from traced
    where origin_id is not null
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
    {{ running_part('amount', 'billed_to_here - billed_amount', 'billed_to_here', 'billed_total') }} as amount,
    {{ running_part('functional_amount', 'billed_to_here - billed_amount', 'billed_to_here', 'billed_total') }}
        as functional_amount,
    case
        when posted_share = chain_share then chain_quantity
        else cast({{ divide('chain_quantity * posted_share', 'chain_share', 2) }} as decimal(18, 2))
    end as quantity,
    case when billed_parts = 1 then origin_level else 'link' end as origin_level
from chained
