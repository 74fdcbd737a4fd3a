-- The posted lines of each open group, as one sorted text, and how they reached their origin. A total that was taken back
-- nets with what took it back and leaves what it summed in a pool without a line: that pool names both.

with open_rows as (

    select * from {{ ref('int_recon_active_rows') }}
    where basis = 'finance_posted'

),

taken_back as (

    select
        pools.pool_key,
        open_rows.flow,
        open_rows.reversal_chain_id
    from {{ ref('int_recon_pools') }} as pools
    inner join open_rows on pools.ledger_id = open_rows.ledger_id
    where pools.is_taken_back and pools.reverses_id is null

),

lines as (

    select
        match_key,
        coalesce(gl_line_id, invoice_line_id, source_id) as line,
        origin_level
    from {{ ref('int_recon_matched') }}
    where basis = 'finance_posted'

    union all

    select
        taken_back.pool_key,
        coalesce(open_rows.gl_line_id, open_rows.invoice_line_id, open_rows.source_id),
        open_rows.origin_level
    from taken_back
    inner join open_rows
        on
            taken_back.flow = open_rows.flow
            and taken_back.reversal_chain_id = open_rows.reversal_chain_id

)

select
    match_key,
    array_to_string(list_sort(array_agg(distinct line)), ', ') as gl_line_ids,
    bool_or(origin_level = 'link') as is_linked
from lines
group by match_key
