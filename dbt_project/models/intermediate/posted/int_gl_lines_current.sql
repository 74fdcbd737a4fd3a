-- Grain and purpose in the yml. A view: read twice, once for the balance test, once for the lines.
with lines as (
    select * from {{ ref('stg_erp__gl_lines') }}
),

accounts as (
    select * from {{ ref('stg_erp__accounts') }}
)

select
    lines.*,
    accounts.account_class
from lines
left join accounts
    on
        lines.source_system = accounts.source_system
        and lines.account_id = accounts.account_id
where
    not lines.is_deleted
    and lines.ledger_id = 'primary'
    and not coalesce(accounts.is_statistical, false)
