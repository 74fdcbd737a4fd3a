-- The open groups as a whole: totals of both sides, what they are about, and the home cell, which is
-- where operations put the fact.

with matched as (

    select * from {{ ref('int_recon_matched') }}

),

duplicates as (

    select * from {{ ref('int_recon_duplicates') }}

),

marked as (

    select
        matched.*,
        matched.basis = 'operational' as is_operational,
        matched.basis = 'finance_posted' as is_live
    from matched
    left join duplicates on matched.ledger_id = duplicates.ledger_id
    where duplicates.ledger_id is null

),

-- how many postings stand: a line and what took it back in full are none, a line taken back in part is one
chains as (

    select
        match_key,
        case
            when case when min(currency) = max(currency) then sum(amount_transaction) else sum(amount_functional) end = 0
                then 0
            else greatest(abs(sum(sign(amount_functional))), 1)
        end as standing_count
    from marked
    where is_live
    group by match_key, coalesce(reversal_chain_id, ledger_id)

),

standing as (

    select
        match_key,
        sum(standing_count) as standing_count
    from chains
    group by match_key

),

totals as (

    select
        match_key,
        count(*) filter (where is_operational) as operational_count,
        count(*) filter (where is_live) as posted_count,
        min(currency) < max(currency) as is_two_currencies,
        min(currency) as any_currency,
        min(functional_currency) as any_functional_currency,
        -- one row speaks for the group: the largest operational one, else the largest posted one; a smallest value is
        -- found as the rows go by, where a rank sorts them all
        min_by(
            ledger_id,
            (not is_operational, -abs(amount_functional), coalesce(period_id, '~'), ledger_id)
        ) as speaker_id,
        {%- for amount in ['transaction', 'functional', 'group'] %}
        coalesce(sum(amount_{{ amount }}) filter (where is_operational), 0) as operational_{{ amount }},
        coalesce(sum(amount_{{ amount }}) filter (where is_live), 0) as posted_{{ amount }},
        {%- endfor %}
        sum(hours) filter (where is_operational) as operational_hours,
        sum(hours) filter (where is_live) as posted_hours,
        bool_or(is_live and (amount_transaction <> 0 or amount_functional <> 0)) as is_worth_something,
        min(posted_at) filter (where is_live) as first_posted_at,
        min(legal_entity_key) filter (where is_live) as posted_legal_entity_key,
        min(project_key) filter (where is_live) as posted_project_key,
        min(period_id) filter (where is_live) as posted_period_id,
        bool_or(is_live and posting_origin_type = 'accrual') as has_accrual,
        -- a side of which no row has a rate is worth something, nobody knows what: its amount stays empty
        {%- for amount in ['transaction', 'functional', 'group'] %}
        coalesce(bool_and(lacks_{{ amount }}) filter (where is_operational), false) as lacks_{{ amount }},
        {%- endfor %}
        max(unmapped_members) filter (where is_live) as posted_unmapped_members
    from marked
    group by match_key

)

select
    totals.* exclude (
        speaker_id, is_worth_something, any_currency, any_functional_currency
    ),
    coalesce(standing.standing_count, 0) as standing_count,
    speakers.flow,
    speakers.match_kind,
    speakers.component,
    speakers.origin_type,
    speakers.origin_system,
    speakers.origin_id,
    speakers.match_origin_type,
    speakers.match_origin_system,
    speakers.match_origin_id,
    speakers.posting_origin_type,
    speakers.legal_entity_key as home_legal_entity_key,
    coalesce(speakers.project_key, 'none') as home_project_key,
    coalesce(speakers.period_id, 'none') as home_period_id,
    speakers.counterparty_entity_key,
    speakers.contract_line_key,
    speakers.customer_key,
    speakers.worker_key,
    speakers.region,
    speakers.work_period_id,
    -- a record without a rate has no currency: its posting has
    coalesce(speakers.currency, totals.any_currency) as currency,
    coalesce(speakers.functional_currency, totals.any_functional_currency) as functional_currency,
    speakers.source_status,
    speakers.approved_at,
    speakers.unmapped_members,
    speakers.is_original_posted,
    -- a side that states no hours cannot be held to the other's
    case
        when totals.operational_count = 0 then coalesce(speakers.component, '') <> 'untold'
        -- time beyond the cap has hours and nothing to earn or bill: none of it is missing
        when totals.posted_count = 0
            then
                speakers.flow not in ('revenue', 'billing')
                or totals.operational_transaction <> 0
                or totals.operational_functional <> 0
                or totals.lacks_functional
        when totals.operational_hours is not null and totals.posted_hours is not null then true
        -- a posting and its reversal are nothing posted
        else
            totals.posted_transaction = 0
            and totals.posted_functional = 0
            and (totals.operational_transaction <> 0 or totals.operational_functional <> 0)
    end as is_hours_told,
    case
        when speakers.match_kind = 'term_pool' then 'pool'
        when speakers.match_kind in ('pool', 'leg', 'accrual') then speakers.match_kind
        when totals.operational_count = 0 then 'posted_only'
        -- lines of 0.00 with hours are posted, without a rate
        when totals.posted_hours <> 0 and not totals.is_worth_something then 'both'
        -- a posting and its reversal are nothing posted
        when totals.posted_transaction = 0 and totals.posted_functional = 0 then 'unposted'
        else 'both'
    end as compared_as
from totals
inner join matched as speakers on totals.speaker_id = speakers.ledger_id
left join standing on totals.match_key = standing.match_key
