with events as (
    select
        {{ resolved_key('events.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        events.period_id,
        events.event_at,
        events.event,
        lead(events.event_at) over (
            partition by {{ resolved_key('events.legal_entity_id', 'entity_ids') }}, events.period_id
            order by events.event_at, events.source_system
        ) as next_event_at
    from {{ ref('stg_erp__period_events') }} as events
    {{ resolve_join('legal_entity', 'entity_ids', 'events.source_system', 'events.legal_entity_id', 'cast(events.event_at as date)') }}
    where not events.is_deleted
),

told as (
    select distinct
        legal_entity_key,
        period_id
    from events
    where event in ('closed', 'reopened')
)

select
    legal_entity_key,
    period_id,
    event_at as closed_from,
    next_event_at as closed_until
from events
where
    event = 'closed'
    and (next_event_at is null or next_event_at > event_at)
union all
select
    periods.legal_entity_key,
    periods.period_id,
    periods.closed_at as closed_from,
    cast(null as timestamp with time zone) as closed_until
from {{ ref('int_periods') }} as periods
left join told
    on
        periods.legal_entity_key = told.legal_entity_key
        and periods.period_id = told.period_id
where
    periods.closed_at is not null
    and told.period_id is null
