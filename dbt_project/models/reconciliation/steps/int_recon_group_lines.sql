-- The posted lines of each open group, as one sorted text, and how they reached their origin.

with matched as (

    select * from {{ ref('int_recon_matched') }}
    where basis = 'finance_posted'

)

select
    match_key,
    array_to_string(list_sort(array_agg(distinct coalesce(gl_line_id, invoice_line_id, source_id))), ', ') as gl_line_ids,
    bool_or(origin_level = 'link') as is_linked
from matched
group by match_key
