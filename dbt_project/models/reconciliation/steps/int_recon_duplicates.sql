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
        min(currency) as currency,
        max(currency) as other_currency,
        sum(amount_transaction) as operational_transaction,
        sum(amount_functional) as operational_functional,
        sum(hours) as operational_hours
    from {{ ref('int_recon_matched') }}
    where basis = 'operational' and match_kind = 'origin'
    group by match_key

),

tolerances as (

    select * from {{ ref('int_recon_tolerances') }}

),

-- several links or lines of one posting event are one posting
events as (

    select
        match_key,
        legal_entity_key,
        source_system,
        coalesce(posting_event_id, ledger_id) as event_id,
        currency,
        min(flow) as flow,
        min(functional_currency) as functional_currency,
        sum(amount_transaction) as event_transaction,
        sum(amount_functional) as event_functional,
        case when count(hours) = count(*) then sum(hours) end as event_hours,
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
        min(currency) over (partition by match_key) as posted_currency,
        max(currency) over (partition by match_key) as other_posted_currency,
        sum(event_transaction) over (partition by match_key) as posted_transaction,
        sum(event_functional) over (partition by match_key) as posted_functional,
        case
            when count(event_hours) over (partition by match_key) = count(*) over (partition by match_key)
                then sum(event_hours) over (partition by match_key)
        end as posted_hours,
        count(*) over (partition by match_key) as event_count
    from events

),

-- equal parts of one amount are a partial posting, not a repetition: only what is posted too much repeats. Hours tell
-- it where both sides state them, else the money in the currency that they share; each part may be rounded
measured as (

    select
        ranked.*,
        case
            when ranked.posted_hours is not null and operational.operational_hours <> 0
                then abs(ranked.posted_hours) - abs(operational.operational_hours) - 0.01 * ranked.event_count
            when
                operational.currency = operational.other_currency
                and operational.currency = ranked.posted_currency
                and operational.currency = ranked.other_posted_currency
                then
                    abs(ranked.posted_transaction) - abs(operational.operational_transaction)
                    - coalesce(in_currency.amount, 0) * ranked.event_count
            else
                abs(ranked.posted_functional) - abs(coalesce(operational.operational_functional, 0))
                - coalesce(in_functional.amount, 0) * ranked.event_count
        end as posted_beyond
    from ranked
    left join operational on ranked.match_key = operational.match_key
    left join tolerances as in_currency
        on ranked.flow = in_currency.flow and ranked.currency = in_currency.currency
    left join tolerances as in_functional
        on ranked.flow = in_functional.flow and ranked.functional_currency = in_functional.currency

),

repeated as (

    select *
    from measured
    where
        repetition > 1 + case when event_transaction > 0 then negative_count else positive_count end
        and posted_beyond > 0
        and sign(posted_functional) = sign(event_functional)

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
