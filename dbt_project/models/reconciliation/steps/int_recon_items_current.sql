-- Each difference of this build with its owner, severity, ages and what people decided about it. A view: only the items
-- read it, whole and once, since all of them age every day.

{{ config(materialized='view') }}

with facts as (

    select * from {{ ref('int_recon_item_facts') }}

),

build as (

    select * from {{ ref('int_build') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

categories as (

    select * from {{ ref('break_category') }}

),

-- all steps in one row, the most severe first: they are weighed row by row, without a join of every item with each
severity_steps as (

    select
        list(
            {
                'severity': severity,
                'min_amount_group': min_amount_group,
                'min_age_days': min_age_days,
                'max_days_to_close': max_days_to_close
            }
            order by severity_rank
        ) as steps
    from {{ ref('severity_step') }}

),

-- nobody knows what an item without a rate comes to: it is as severe as the missing rate
unpriced as (

    select severity from {{ ref('control_rule') }} where rule = 'missing_rate'

),

decisions as (

    select * from {{ ref('int_recon_decisions') }}

),

aged as (

    select
        facts.*,
        {{ moments_days_apart('facts.approved_at', 'build.build_time') }} as age_days_approved,
        {{ moments_days_apart('facts.due_at', 'build.build_time') }} as age_days_due,
        {{ moments_days_apart('coalesce(facts.approved_at, facts.first_posted_at)', 'build.build_time') }} as age_days,
        {{ moments_days_apart('build.build_time', 'periods.close_due_at') }} as days_to_close
    from facts
    cross join build
    left join periods
        on
            facts.legal_entity_key = periods.legal_entity_key
            and facts.period_id = periods.period_id

),

-- group amounts of an open period move with its average rate: they decide only where nothing else differs
weighed as (

    select
        aged.*,
        decisions.assigned_to,
        decisions.accepted_by,
        decisions.accepted_at,
        decisions.acceptance_reason,
        (
            decisions.accepted_by is not null
            and decisions.accepted_transaction is not distinct from aged.difference_transaction
            and decisions.accepted_functional is not distinct from aged.difference_functional
            and (aged.difference_functional <> 0 or decisions.accepted_group is not distinct from aged.difference_group)
            -- hours decide where they are all that differs; what was accepted before acceptances named them stands
            and (
                aged.difference_functional <> 0
                or aged.difference_group <> 0
                or coalesce(aged.difference_transaction, 0) <> 0
                or coalesce(decisions.accepted_hours = aged.difference_hours, true)
            )
        ) as is_accepted
    from aged
    left join decisions on aged.item_id = decisions.item_id

)

select
    weighed.item_id,
    weighed.flow,
    weighed.category,
    categories.owner,
    coalesce(
        case when weighed.difference_functional is null or weighed.difference_group is null then unpriced.severity end,
        list_filter(
            severity_steps.steps,
            lambda step:
            abs(weighed.difference_group) >= step.min_amount_group
            and coalesce(weighed.age_days, 0) >= step.min_age_days
            and (step.max_days_to_close is null or weighed.days_to_close <= step.max_days_to_close)
        )[1].severity,
        'low'
    ) as severity,
    case when weighed.is_accepted then 'accepted' else 'open' end as status,
    weighed.assigned_to,
    case when weighed.is_accepted then weighed.accepted_by end as accepted_by,
    case when weighed.is_accepted then weighed.accepted_at end as accepted_at,
    case when weighed.is_accepted then weighed.acceptance_reason end as acceptance_reason,
    weighed.legal_entity_key,
    weighed.counterparty_entity_key,
    weighed.operational_legal_entity_key,
    weighed.posted_legal_entity_key,
    weighed.project_key,
    weighed.operational_project_key,
    weighed.posted_project_key,
    weighed.contract_line_key,
    weighed.customer_key,
    weighed.worker_key,
    weighed.period_id,
    weighed.work_period_id,
    weighed.operational_period_id,
    weighed.posted_period_id,
    weighed.currency,
    weighed.functional_currency,
    weighed.is_two_currencies,
    {%- for side in ['operational', 'posted', 'difference'] %}
    {%- for amount in ['transaction', 'functional', 'group'] %}
    cast(weighed.{{ side }}_{{ amount }} as decimal(18, 2)) as {{ side }}_{{ amount }},
    {%- endfor %}
    {%- endfor %}
    cast(weighed.difference_hours as decimal(18, 2)) as difference_hours,
    cast(weighed.operational_hours as decimal(18, 2)) as operational_hours,
    cast(weighed.posted_hours as decimal(18, 2)) as posted_hours,
    weighed.match_level,
    weighed.origin_type,
    weighed.origin_system,
    weighed.origin_id,
    weighed.gl_line_ids,
    weighed.correlation_id,
    weighed.integration_error,
    weighed.hold_reason,
    weighed.source_status,
    weighed.approved_at,
    weighed.due_at,
    cast(weighed.age_days_approved as integer) as age_days_approved,
    cast(weighed.age_days_due as integer) as age_days_due,
    weighed.match_key
from weighed
cross join severity_steps
cross join unpriced
left join categories on weighed.category = categories.category
