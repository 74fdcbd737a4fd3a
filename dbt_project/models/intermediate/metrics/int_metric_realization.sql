{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Both sides of realization in the project's books: what was billed of time, in the period of the invoice,
-- and what the rate card would have charged for the billable hours, in the period of the work. Time without a card rate
-- is in neither.
with billed as (
    select
        ledger.period_id,
        ledger.legal_entity_key,
        ledger.project_key,
        sum(ledger.amount_group) as billed_group,
        cast(0 as decimal(18, 2)) as card_group
    from {{ ref('fct_project_ledger') }} as ledger
    left join {{ ref('int_time_priced') }} as time
        on
            ledger.origin_system = time.source_system
            and ledger.origin_id = time.time_entry_id
    where ledger.basis = 'finance_posted' and ledger.flow = 'billing' and ledger.origin_type = 'time_entry'
        and (time.time_entry_id is null or time.card_rate is not null)
        {{ of_touched_periods('ledger.period_id') }}
    group by 1, 2, 3
),

entries as (
    select
        time.*,
        entities.functional_currency as project_currency,
        days.period_id as project_period_id,
        {{ money(wide('time.billable_hours') ~ ' * time.card_rate') }} as card_amount
    from {{ ref('int_time_priced') }} as time
    inner join {{ ref('int_legal_entities') }} as entities on time.project_entity_key = entities.legal_entity_key
    {{ work_period_join('days', 'time.project_entity_key', 'time.work_date') }}
    where
        not time.is_deleted
        and time.status in ('submitted', 'approved')
        and time.billable_hours <> 0
        and time.card_rate is not null
        {{ of_touched_periods('days.period_id') }}
),

functional as (
    select
        entries.project_period_id,
        entries.project_entity_key,
        entries.project_key,
        entries.project_currency,
        sum({{ translate('entries.card_amount', fx_rate('fx', 'entries.card_currency', 'entries.project_currency')) }})
            as card_functional
    from entries
    {{ fx_join('fx', 'entries.card_currency', 'entries.project_currency', 'entries.work_date') }}
    group by 1, 2, 3, 4
),

carded as (
    select
        functional.project_period_id as period_id,
        functional.project_entity_key as legal_entity_key,
        functional.project_key,
        cast(0 as decimal(18, 2)) as billed_group,
        {{ translate('functional.card_functional', 'group_rates.average_rate') }} as card_group
    from functional
    {{ group_rate_join(
        'group_rates', 'functional.project_entity_key', 'functional.project_period_id', 'functional.project_currency'
    ) }}
    where functional.project_period_id is not null
),

stacked as (
    select * from billed
    union all
    select * from carded
)

select
    stacked.period_id,
    stacked.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    projects.practice,
    cast(null as string) as role,
    projects.customer_key,
    projects.project_key,
    projects.billing_model,
    cast(sum(stacked.billed_group) as decimal(18, 2)) as billed_group,
    cast(sum(stacked.card_group) as decimal(18, 2)) as card_group
from stacked
inner join {{ ref('int_projects') }} as projects on stacked.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on stacked.legal_entity_key = entities.legal_entity_key
where projects.billing_model = 'time_and_materials'
group by 1, 2, 3, 4, 6, 7, 8
