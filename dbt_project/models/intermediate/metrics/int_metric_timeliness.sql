{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Posted revenue weighted with the days from the completed milestone, else from the end of the period that it was
-- earned in, to the posting. What was posted before its period ended was in time: no days.
with ends as (
    select
        periods.legal_entity_key,
        periods.period_id,
        {{ local_midnight(add_days('periods.end_date', 1), "coalesce(entities.time_zone, 'UTC')") }} as ended_at
    from {{ ref('int_periods') }} as periods
    left join {{ ref('int_legal_entities') }} as entities on periods.legal_entity_key = entities.legal_entity_key
),

posted as (
    select
        ledger.*,
        coalesce(milestones.completed_at, ends.ended_at) as due_from
    from {{ ref('fct_project_ledger') }} as ledger
    inner join ends
        on
            ledger.legal_entity_key = ends.legal_entity_key
            and coalesce(nullif(ledger.work_period_id, 'none'), ledger.period_id) = ends.period_id
    left join {{ ref('int_revenue_milestones') }} as milestones
        on
            ledger.origin_type = milestones.origin_type
            and ledger.origin_system = milestones.source_system
            and ledger.origin_id = milestones.origin_id
    where
        ledger.basis = 'finance_posted'
        and ledger.flow = 'revenue'
        and ledger.posted_at is not null
        and ledger.amount_group is not null
        {{ of_touched_periods('ledger.period_id') }}
)

select
    posted.period_id,
    posted.legal_entity_key,
    coalesce(posted.region, 'none') as region,
    coalesce(nullif(projects.practice, 'none'), posted.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(nullif(projects.customer_key, 'none'), posted.customer_key, 'none') as customer_key,
    coalesce(posted.project_key, 'none') as project_key,
    coalesce(projects.billing_model, posted.billing_model, 'none') as billing_model,
    cast(sum(abs(posted.amount_group)) as decimal(18, 2)) as amount_group,
    {{ divide(
        'sum(' ~ wide('abs(posted.amount_group)') ~ ' * greatest(' ~ seconds_apart('posted.due_from', 'posted.posted_at') ~ ', 0))',
        '86400', 6
    ) }} as amount_days
from posted
left join {{ ref('int_projects') }} as projects on posted.project_key = projects.project_key
group by 1, 2, 3, 4, 6, 7, 8
