-- Billable services that nobody has invoiced for more than ninety days and nobody holds back, as the build knows it:
-- approved time and milestones by their approval, events of a contract by the day on which they fell due, what lacks a
-- key or failed on its way included, and what an invoice left of them, or a credit note took back. Reimbursables and
-- subscriptions are left out, as in the revenue below.
with unbilled as (
    select * from {{ ref('recon_item') }}
    where
        flow = 'billing'
        and status <> 'resolved'
        and coalesce(origin_type, 'none') <> 'expense'
        and (
            category in ('not_billed', 'unmapped', 'integration_failed')
            -- billed short; what was billed beyond the work makes up for nobody's work
            or (
                category in (
                    'partially_posted', 'amount_difference', 'hours_difference', 'rate_difference', 'reversed_in_erp'
                )
                and difference_group > 0
            )
        )
),

events as (
    -- the type as a column: against a word in its place the engine would compare every item with every event
    select
        *,
        'billing_event' as origin_type
    from {{ ref('int_billing_events_due') }}
),

-- a failed or unmapped item may be held back as well, and a hold needs no reason
holds as (
    select * from {{ ref('int_recon_holds') }} where flow = 'billing'
),

aged as (
    select
        unbilled.*,
        build.build_date,
        case
            when events.billing_event_id is not null then {{ days_apart('events.due_date', 'build.build_date') }}
            else unbilled.age_days_approved
        end as age_days
    from unbilled
    inner join {{ ref('int_today') }} as build on unbilled.legal_entity_key = build.legal_entity_key
    left join events
        on
            unbilled.origin_type = events.origin_type
            and unbilled.origin_system = events.source_system
            and unbilled.origin_id = events.billing_event_id
    left join holds
        on
            unbilled.origin_type = holds.origin_type
            and unbilled.origin_system = holds.origin_system
            and unbilled.origin_id = holds.origin_id
    where
        holds.origin_id is null
        and coalesce(events.billing_model, 'none') <> 'subscription'
)

select
    days.period_id,
    items.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(projects.customer_key, items.customer_key, 'none') as customer_key,
    coalesce(items.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    cast(coalesce(sum(items.difference_group), 0) as decimal(18, 2)) as leaked_group
from aged as items
inner join {{ ref('int_period_days') }} as days
    on
        items.legal_entity_key = days.legal_entity_key
        and items.build_date = days.day
left join {{ ref('int_projects') }} as projects on items.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on items.legal_entity_key = entities.legal_entity_key
where items.age_days > 90
group by 1, 2, 3, 4, 6, 7, 8
