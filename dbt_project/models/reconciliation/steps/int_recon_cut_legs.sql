-- Rule 17b, and rule 13 for intercompany: each leg against its posting, and against the other leg.

with compared as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as = 'leg'

),

parts as (

    select * from {{ ref('int_recon_leg_parts') }}

),

build as (

    select * from {{ ref('int_build') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

tolerances as (

    select * from {{ ref('int_recon_tolerances') }}

),

-- every leg of the ledger: the other one may agree in everything and not be open at all
posted_legs as (

    select
        legal_entity_key,
        counterparty_entity_key,
        coalesce(project_key, 'none') as project_key,
        coalesce(period_id, 'none') as period_id
    from {{ ref('fct_project_ledger') }}
    where flow = 'intercompany' and basis = 'finance_posted'
    group by legal_entity_key, counterparty_entity_key, coalesce(project_key, 'none'), coalesce(period_id, 'none')
    -- a leg that was posted and reversed is no leg
    having sum(amount_transaction) <> 0 or sum(amount_functional) <> 0

),

legs as (

    select
        compared.*,
        other_leg.legal_entity_key is not null as is_other_posted,
        -- the provider's books decide when a charge should have been made
        case
            when compared.component = 'receiver' then compared.counterparty_entity_key
            when compared.component = 'provider' or compared.operational_functional >= 0 then compared.home_legal_entity_key
            else compared.counterparty_entity_key
        end as provider_key,
        coalesce(parts.part, 'posted') as part,
        -- a part without a rate has no amount
        {%- for amount in ['transaction', 'functional', 'group'] %}
        case
            when parts.part is not null then parts.part_{{ amount }}
            else compared.operational_{{ amount }} - compared.posted_{{ amount }}
        end as difference_{{ amount }},
        {%- endfor %}
        case
            when parts.part is not null then parts.part_hours
            when compared.is_hours_told
                then coalesce(compared.operational_hours, 0) - coalesce(compared.posted_hours, 0)
            else 0
        end as difference_hours
    from compared
    left join parts on compared.match_key = parts.match_key
    left join posted_legs as other_leg
        on
            compared.counterparty_entity_key = other_leg.legal_entity_key
            and compared.home_legal_entity_key = other_leg.counterparty_entity_key
            and compared.home_project_key = other_leg.project_key
            and compared.home_period_id = other_leg.period_id

)

select
    legs.match_key,
    case
        when legs.part in ('unapproved', 'unmapped') then legs.part
        when legs.posted_count > 0 and legs.posted_transaction = 0 and legs.posted_functional = 0 then 'reversed_in_erp'
        when legs.posted_count = 0 and legs.is_other_posted then 'ic_one_sided'
        when legs.posted_count = 0 and periods.close_due_at < build.build_time then 'overdue'
        when legs.posted_count = 0 then 'awaiting_posting'
        when legs.operational_count = 0 and not legs.is_other_posted then 'ic_one_sided'
        when
            (legs.is_two_currencies or abs(legs.difference_transaction) <= tolerances.amount)
            and abs(legs.difference_functional) <= functional_tolerances.amount
            then 'rounding'
        else 'ic_markup_difference'
    end as category,
    -- an unposted leg may have parts: each is an item of its own
    case when legs.part in ('unapproved', 'unmapped', 'unpriced') then legs.part else 'home' end as leg,
    legs.home_legal_entity_key as legal_entity_key,
    legs.home_project_key as project_key,
    legs.home_period_id as period_id,
    cast(case when not legs.is_two_currencies then legs.difference_transaction end as decimal(18, 2)) as difference_transaction,
    cast(legs.difference_functional as decimal(18, 2)) as difference_functional,
    cast(legs.difference_group as decimal(18, 2)) as difference_group,
    cast(legs.difference_hours as decimal(18, 2)) as difference_hours
from legs
cross join build
left join periods
    on
        legs.provider_key = periods.legal_entity_key
        and legs.home_period_id = periods.period_id
left join tolerances on legs.flow = tolerances.flow and legs.currency = tolerances.currency
left join tolerances as functional_tolerances
    on
        legs.flow = functional_tolerances.flow
        and legs.functional_currency = functional_tolerances.currency
where
    legs.difference_transaction <> 0
    or legs.difference_functional <> 0
    or legs.difference_group <> 0
    or legs.difference_hours <> 0
