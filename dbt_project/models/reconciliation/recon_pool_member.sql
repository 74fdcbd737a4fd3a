with members as (

    select * from {{ ref('int_recon_pool_members') }}

)

select
    posted_ledger_id,
    ledger_id as operational_ledger_id,
    pool_key
from members
