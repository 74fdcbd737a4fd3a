-- Posted lines that repeat an earlier posting of the same origin, books, sign and amount.

-- what the source itself took back is `reversed_at_source` in full, however often it was posted
with reversed_origins as (

    select * from {{ ref('int_recon_origins') }}
    where is_reversed_at_source

),

posted as (

    select matched.*
    from {{ ref('int_recon_matched') }} as matched
    left join reversed_origins
        on
            matched.match_origin_type = reversed_origins.origin_type
            and matched.match_origin_system = reversed_origins.origin_system
            and matched.match_origin_id = reversed_origins.origin_id
    where
        matched.basis = 'finance_posted'
        and matched.match_kind = 'origin'
        and matched.amount_transaction <> 0
        and reversed_origins.origin_id is null

),

operational as (

    select
        match_key,
        sum(amount_functional) as operational_functional
    from {{ ref('int_recon_matched') }}
    where basis = 'operational' and match_kind = 'origin'
    group by match_key

),

-- several links or lines of one posting event are one posting
events as (

    select
        match_key,
        legal_entity_key,
        source_system,
        coalesce(posting_event_id, ledger_id) as event_id,
        currency,
        sum(amount_transaction) as event_transaction,
        sum(amount_functional) as event_functional,
        min(posted_at) as posted_at
    from posted
    group by match_key, legal_entity_key, source_system, coalesce(posting_event_id, ledger_id), currency

),

ranked as (

    select
        *,
        row_number() over (
            partition by match_key, legal_entity_key, currency, event_transaction
            order by posted_at asc nulls last, event_id asc
        ) as repetition,
        -- what a reversal or credit of the same size took back is no repetition
        count(*) filter (where event_transaction < 0) over (
            partition by match_key, legal_entity_key, currency, abs(event_transaction)
        ) as negative_count,
        count(*) filter (where event_transaction > 0) over (
            partition by match_key, legal_entity_key, currency, abs(event_transaction)
        ) as positive_count,
        sum(event_functional) over (partition by match_key) as posted_functional
    from events

),

repeated as (

    select ranked.*
    from ranked
    left join operational on ranked.match_key = operational.match_key
    where
        ranked.repetition
        > 1 + case when ranked.event_transaction > 0 then ranked.negative_count else ranked.positive_count end
        -- two halves of one amount are a partial posting, not a repetition: only what is posted too much repeats
        and abs(ranked.posted_functional) > abs(coalesce(operational.operational_functional, 0))
        and sign(ranked.posted_functional) = sign(ranked.event_functional)

)

select
    posted.ledger_id,
    posted.match_key
from posted
inner join repeated
    on
        posted.match_key = repeated.match_key
        and posted.legal_entity_key = repeated.legal_entity_key
        and posted.source_system = repeated.source_system
        and coalesce(posted.posting_event_id, posted.ledger_id) = repeated.event_id
        and posted.currency = repeated.currency
