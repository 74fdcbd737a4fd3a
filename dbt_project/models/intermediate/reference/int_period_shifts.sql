with closures as (
    select
        legal_entity_key,
        period_id,
        closed_from,
        coalesce(closed_until, {{ open_end_ts() }}) as closed_until
    from {{ ref('int_period_closures') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where not is_extension
),

changes as (
    select
        legal_entity_key,
        closed_from as moment
    from closures
    union
    select
        legal_entity_key,
        closed_until as moment
    from closures
),

stretches as (
    -- between two changes of any period of the entity, the answer for a work period is the same
    select
        closures.legal_entity_key,
        closures.period_id as work_period_id,
        changes.moment as submitted_from,
        lead(changes.moment, 1, closures.closed_until) over (
            partition by closures.legal_entity_key, closures.period_id, closures.closed_from
            order by changes.moment
        ) as submitted_until
    from closures
    inner join changes
        on
            closures.legal_entity_key = changes.legal_entity_key
            and closures.closed_from <= changes.moment
            and closures.closed_until > changes.moment
),

candidates as (
    select
        stretches.legal_entity_key,
        stretches.work_period_id,
        stretches.submitted_from,
        stretches.submitted_until,
        later.period_id,
        later.start_date
    from stretches
    inner join periods as work
        on
            stretches.legal_entity_key = work.legal_entity_key
            and stretches.work_period_id = work.period_id
    inner join periods as later
        on
            stretches.legal_entity_key = later.legal_entity_key
            and work.end_date < later.start_date
    left join closures as closed
        on
            later.legal_entity_key = closed.legal_entity_key
            and later.period_id = closed.period_id
            and stretches.submitted_from >= closed.closed_from
            and stretches.submitted_from < closed.closed_until
    where closed.period_id is null
)

select
    legal_entity_key,
    work_period_id,
    submitted_from,
    min(submitted_until) as submitted_until,
    min_by(period_id, start_date) as period_id
from candidates
group by legal_entity_key, work_period_id, submitted_from
