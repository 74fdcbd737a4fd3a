{{ config(materialized='keyed', key=['pool_key'], touched='int_touched_pools') }}
-- depends_on: {{ ref('int_touched_pools') }}

with members as (

    select * from {{ ref('int_recon_pool_members') }} as members
    {{ touched_only('int_touched_pools', ['pool_key'], 'members') }}

),

pool_lines as (

    select * from {{ ref('int_recon_pools') }} as pool_lines
    {{ touched_only('int_touched_pools', ['pool_key'], 'pool_lines') }}

),

-- a record edited after it was posted lies in a later run than the one that carried it, and two lines may be one run:
-- a line that took up no row of its own was made of the pool's, which agrees in total and not line by line
lines_without_rows as (

    select
        pool_lines.ledger_id,
        pool_lines.pool_key
    from pool_lines
    left join members on pool_lines.ledger_id = members.posted_ledger_id
    where members.posted_ledger_id is null

)

select
    posted_ledger_id,
    ledger_id as operational_ledger_id,
    pool_key,
    true as is_own_run
from members

union all

select
    lines_without_rows.ledger_id,
    members.ledger_id,
    members.pool_key,
    false
from lines_without_rows
inner join members on lines_without_rows.pool_key = members.pool_key
