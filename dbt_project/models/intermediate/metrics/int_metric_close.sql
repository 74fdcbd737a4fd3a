-- What the close of a period missed: cost that was approved and mapped by the day the close was due, but first
-- posted after it or never; and by how many days the close itself ran late, the run so far where it is still open.
with missed as (
    select
        posting.period_id,
        posting.legal_entity_key,
        posting.project_key,
        count(*) as items,
        sum(abs(coalesce(posting.amount_group, 0))) as amount_group
    from {{ ref('int_posting_times') }} as posting
    cross join {{ ref('int_build') }} as build
    where
        posting.close_due_at < build.build_time
        and posting.approved_at <= posting.close_due_at
        and coalesce(posting.unmapped_members, '') = ''
        and (posting.first_posted_at is null or posting.first_posted_at > posting.close_due_at)
    group by 1, 2, 3
),

closes as (
    select
        periods.legal_entity_key,
        periods.period_id,
        greatest({{ seconds_apart('periods.close_due_at', 'coalesce(periods.closed_at, build.build_time)') }}, 0)
            as seconds_late
    from {{ ref('int_periods') }} as periods
    cross join {{ ref('int_build') }} as build
    where periods.close_due_at < build.build_time
),

stacked as (
    select period_id, legal_entity_key, project_key, items, amount_group, 0 as closes, 0 as seconds_late
    from missed
    union all
    select period_id, legal_entity_key, 'none' as project_key, 0, 0, 1, seconds_late
    from closes
)

select
    stacked.period_id,
    stacked.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(projects.customer_key, 'none') as customer_key,
    coalesce(stacked.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    cast(sum(stacked.items) as bigint) as items,
    cast(sum(stacked.amount_group) as decimal(18, 2)) as amount_group,
    cast(sum(stacked.closes) as bigint) as closes,
    {{ divide('sum(stacked.seconds_late)', '86400', 6) }} as days_late
from stacked
left join {{ ref('int_projects') }} as projects on stacked.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on stacked.legal_entity_key = entities.legal_entity_key
group by 1, 2, 3, 4, 6, 7, 8
