-- Operational rows that reverse another one and stand unposted: is what they reverse posted, and not already less them?

with ledger as (

    select * from {{ ref('fct_project_ledger') }}

),

reversing as (

    select *
    from {{ ref('int_recon_active_rows') }}
    where basis = 'operational' and reverses_id is not null and group_posted_count = 0

),

open_rows as (

    select
        ledger_id,
        match_key,
        basis,
        amount_transaction,
        hours,
        group_posted_functional
    from {{ ref('int_recon_open_rows') }}

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}

),

originals as (

    select
        reversing.ledger_id,
        reversing.amount_transaction,
        reversing.hours,
        ledger.ledger_id as original_ledger_id
    from reversing
    inner join ledger
        on
            reversing.basis = ledger.basis
            and reversing.flow = ledger.flow
            and reversing.source_entity = ledger.source_entity
            and reversing.source_system = ledger.source_system
            and reversing.reverses_id = ledger.source_id
            and coalesce(reversing.component, '') = coalesce(ledger.component, '')
    -- an approved record stands until its reversal is approved too
    where (reversing.source_status = 'submitted') = (ledger.source_status = 'submitted')

),

corrected as (

    select
        open_rows.match_key,
        sum(originals.amount_transaction) as taken_transaction,
        sum(originals.hours) as taken_hours
    from originals
    inner join open_rows on originals.original_ledger_id = open_rows.ledger_id
    group by open_rows.match_key

),

-- an interface that posts the net of a record and its corrections in one line has posted them all
posted_net as (

    select corrected.match_key
    from corrected
    inner join open_rows on corrected.match_key = open_rows.match_key
    group by corrected.match_key, corrected.taken_transaction, corrected.taken_hours
    having
        sum(case when open_rows.basis = 'finance_posted' then open_rows.amount_transaction else 0 end) <> 0
        and (
            sum(case when open_rows.basis = 'operational' then open_rows.amount_transaction else -open_rows.amount_transaction end)
            + corrected.taken_transaction = 0
            or sum(case when open_rows.basis = 'operational' then open_rows.hours else -open_rows.hours end)
            + corrected.taken_hours = 0
        )

)

select
    originals.ledger_id,
    originals.original_ledger_id,
    open_rows.match_key as original_match_key,
    -- what is not open agrees with its posting
    posted_net.match_key is null
    and (
        open_rows.ledger_id is null
        or coalesce(open_rows.group_posted_functional, 0) <> 0
        or original_members.ledger_id is not null
    ) as is_original_posted
from originals
left join open_rows on originals.original_ledger_id = open_rows.ledger_id
left join posted_net on open_rows.match_key = posted_net.match_key
left join pool_members as original_members on originals.original_ledger_id = original_members.ledger_id
left join pool_members as own_members on originals.ledger_id = own_members.ledger_id
where own_members.ledger_id is null
