-- Operational rows that reverse another one and stand unposted: is what they reverse posted?

with keyed as (

    select * from {{ ref('int_recon_keyed') }}

),

reversing as (

    select *
    from {{ ref('int_recon_open_rows') }}
    where basis = 'operational' and reverses_id is not null and group_posted_count = 0

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}

),

originals as (

    select
        reversing.ledger_id,
        keyed.ledger_id as original_ledger_id,
        keyed.match_key as original_match_key
    from reversing
    inner join keyed
        on
            keyed.basis = 'operational'
            and reversing.flow = keyed.flow
            and reversing.source_entity = keyed.source_entity
            and reversing.source_system = keyed.source_system
            and reversing.reverses_id = keyed.source_id
            and coalesce(reversing.component, '') = coalesce(keyed.component, '')
            -- an approved record stands until its reversal is approved too
            and (reversing.source_status = 'submitted') = (keyed.source_status = 'submitted')

),

postings as (

    select
        keyed.match_key,
        sum(keyed.amount_functional) as posted_functional
    from keyed
    inner join (select distinct original_match_key from originals) as wanted
        on keyed.match_key = wanted.original_match_key
    where keyed.basis = 'finance_posted'
    group by keyed.match_key

)

select
    originals.ledger_id,
    originals.original_ledger_id,
    originals.original_match_key,
    coalesce(postings.posted_functional, 0) <> 0 or original_members.ledger_id is not null as is_original_posted
from originals
left join postings on originals.original_match_key = postings.match_key
left join pool_members as original_members on originals.original_ledger_id = original_members.ledger_id
left join pool_members as own_members on originals.ledger_id = own_members.ledger_id
where own_members.ledger_id is null
