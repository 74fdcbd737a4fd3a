-- What each chain of posted lines takes of the hours of an invoice line. Those that stand share them in proportion to what they post;
-- a single one has them all, even where it falls short, and one that repeats what was posted repeats the hours.
with posted as (
    select * from {{ ref('int_gl_invoice_references') }}
),

-- a line and what took it back in full are nothing posted
chains as (
    select
        flow,
        invoice_system,
        invoice_line_id,
        reversal_chain_id,
        max(posted_share) as posted_share,
        sum(amount) <> 0 as is_standing
    from posted
    group by flow, invoice_system, invoice_line_id, reversal_chain_id
),

running as (
    select
        *,
        max(posted_share) over (partition by flow, invoice_system, invoice_line_id, is_standing) as largest_share,
        max(case when is_standing then posted_share end) over (partition by flow, invoice_system, invoice_line_id)
            as largest_standing,
        sum(case when is_standing then posted_share end) over (partition by flow, invoice_system, invoice_line_id)
            as standing_share,
        sum(case when is_standing then posted_share end) over (
            partition by flow, invoice_system, invoice_line_id
            order by reversal_chain_id
            rows between unbounded preceding and current row
        ) as standing_to_here
    from chains
)

select
    flow,
    invoice_system,
    invoice_line_id,
    reversal_chain_id,
    posted_share as chain_share,
    case when is_standing then standing_to_here - posted_share else 0 end as share_before,
    case when is_standing then standing_to_here else posted_share end as share_to_here,
    -- what is posted beyond the bill is no part of it
    coalesce(least(standing_share, greatest(1, largest_standing)), greatest(1, largest_share)) as whole_share
from running
