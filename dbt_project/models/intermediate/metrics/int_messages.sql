{{ config(materialized='view') }}
-- Grain: one row an attempt to deliver a message: under the legal entity of the entry of time or expense that it carried,
-- in the period of the day on which it was queued there; what carried neither stands under no entity, in calendar months.
with origins as (
    select
        'time_entry' as origin_type,
        source_system,
        time_entry_id as origin_id,
        legal_entity_key
    from {{ ref('int_time_priced') }}
    union all
    select
        'expense' as origin_type,
        source_system,
        expense_id as origin_id,
        legal_entity_key
    from {{ ref('int_expense_priced') }}
),

placed as (
    select
        messages.flow,
        messages.target_name as target,
        messages.status,
        messages.attempt,
        messages.queued_at,
        messages.finished_at,
        coalesce(messages.region, 'none') as region,
        coalesce(origins.legal_entity_key, 'none') as legal_entity_key,
        coalesce(entities.time_zone, 'UTC') as time_zone
    from {{ ref('stg_integration__integration_messages') }} as messages
    left join origins
        on
            messages.origin_type = origins.origin_type
            and coalesce(messages.origin_system, messages.source_name) = origins.source_system
            and messages.origin_id = origins.origin_id
    left join {{ ref('int_legal_entities') }} as entities on origins.legal_entity_key = entities.legal_entity_key
    where not messages.is_deleted
),

timed as (
    select
        placed.*,
        {{ quarter_hour('queued_at') }} as queued_in,
        -- what waits in the queue leaves it when the attempt ends, however it ends
        case when status not in ('queued', 'in_progress') then {{ quarter_hour('coalesce(finished_at, queued_at)') }} end
            as ended_in,
        case
            when status = 'succeeded' and finished_at is not null
                then {{ two_digits(milliseconds_apart('queued_at', 'finished_at') ~ ' / 1000.0') }}
        end as latency_seconds
    from placed
),

quarters as (
    select
        time_zone,
        queued_in as quarter
    from timed
    union
    select
        time_zone,
        ended_in
    from timed
),

days as (
    select
        time_zone,
        quarter,
        {{ local_date(quarter_hour_begin('quarter'), 'time_zone') }} as day
    from quarters
),

dated as (
    select
        timed.*,
        queued.day as queued_on,
        ended.day as ended_on
    from timed
    left join days as queued
        on
            timed.time_zone = queued.time_zone
            and timed.queued_in = queued.quarter
    left join days as ended
        on
            timed.time_zone = ended.time_zone
            and timed.ended_in = ended.quarter
)

select
    dated.legal_entity_key,
    dated.region,
    dated.flow,
    dated.target,
    dated.status,
    dated.attempt,
    dated.queued_on,
    dated.ended_on,
    dated.latency_seconds,
    coalesce(periods.period_id, 'none') as period_id
from dated
{{ work_period_join('periods', 'dated.legal_entity_key', 'dated.queued_on') }}
