with lines as (
    select * from {{ ref('int_gl_lines') }}
    where flow is not null
),

links as (
    select * from {{ ref('stg_erp__posting_links') }}
    where not is_deleted
)

select
    lines.source_system,
    lines.gl_line_id,
    lines.currency,
    lines.functional_currency,
    links.origin_type,
    links.origin_system,
    links.origin_id,
    links.amount,
    case
        when links.functional_amount is not null then links.functional_amount
        when lines.currency = lines.functional_currency then links.amount
        else cast({{ divide('lines.functional_amount * links.amount', 'lines.amount', 2) }} as decimal(18, 2))
    end as functional_amount,
    links.quantity
from links
inner join lines
    on
        links.source_system = lines.source_system
        and links.gl_line_id = lines.gl_line_id
