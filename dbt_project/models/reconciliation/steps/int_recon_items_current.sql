-- Each difference of this build with its owner, severity, ages and what people decided about it.

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

severity_steps as (

    select * from {{ ref('severity_step') }}

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

severities as (

    select
        aged.item_id,
        min_by(severity_steps.severity, severity_steps.severity_rank) as severity
    from aged
    inner join severity_steps
        on
            abs(aged.difference_group) >= severity_steps.min_amount_group
            and coalesce(aged.age_days, 0) >= severity_steps.min_age_days
            and (
                severity_steps.max_days_to_close is null
                or aged.days_to_close <= severity_steps.max_days_to_close
            )
    group by aged.item_id

),

-- group amounts of an open period move with its average rate: they decide only where nothing else differs
weighed as (

    select
        aged.item_id,
        (
            decisions.accepted_by is not null
            and decisions.accepted_transaction is not distinct from aged.difference_transaction
            and decisions.accepted_functional is not distinct from aged.difference_functional
            and (aged.difference_functional <> 0 or decisions.accepted_group is not distinct from aged.difference_group)
        ) as is_accepted
    from aged
    inner join decisions on aged.item_id = decisions.item_id

)

select
    aged.item_id,
    aged.flow,
    aged.category,
    categories.owner,
    coalesce(severities.severity, 'low') as severity,
    case when weighed.is_accepted then 'accepted' else 'open' end as status,
    decisions.assigned_to,
    case when weighed.is_accepted then decisions.accepted_by end as accepted_by,
    case when weighed.is_accepted then decisions.accepted_at end as accepted_at,
    case when weighed.is_accepted then decisions.acceptance_reason end as acceptance_reason,
    aged.legal_entity_key,
    aged.counterparty_entity_key,
    aged.operational_legal_entity_key,
    aged.posted_legal_entity_key,
    aged.project_key,
    aged.operational_project_key,
    aged.posted_project_key,
    aged.contract_line_key,
    aged.customer_key,
    aged.worker_key,
    aged.period_id,
    aged.work_period_id,
    aged.operational_period_id,
    aged.posted_period_id,
    aged.currency,
    aged.functional_currency,
    aged.is_two_currencies,
    {%- for side in ['operational', 'posted', 'difference'] %}
    {%- for amount in ['transaction', 'functional', 'group'] %}
    cast(aged.{{ side }}_{{ amount }} as decimal(18, 2)) as {{ side }}_{{ amount }},
    {%- endfor %}
    {%- endfor %}
    cast(aged.difference_hours as decimal(18, 2)) as difference_hours,
    cast(aged.operational_hours as decimal(18, 2)) as operational_hours,
    cast(aged.posted_hours as decimal(18, 2)) as posted_hours,
    aged.match_level,
    aged.origin_type,
    aged.origin_system,
    aged.origin_id,
    aged.gl_line_ids,
    aged.correlation_id,
    aged.integration_error,
    aged.hold_reason,
    aged.source_status,
    aged.approved_at,
    aged.due_at,
    cast(aged.age_days_approved as integer) as age_days_approved,
    cast(aged.age_days_due as integer) as age_days_due,
    aged.match_key
from aged
left join categories on aged.category = categories.category
left join severities on aged.item_id = severities.item_id
left join decisions on aged.item_id = decisions.item_id
left join weighed on aged.item_id = weighed.item_id
