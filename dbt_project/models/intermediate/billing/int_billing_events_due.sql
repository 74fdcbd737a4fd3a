-- Grain: one row a billing event that may be invoiced by the build's day. Retainers and subscriptions bill
-- every event that has fallen due; the other models only those that were released, by hand or by their
-- milestone's completion.
with events as (
    select * from {{ ref('stg_billing__billing_events') }}
    where not is_deleted and status <> 'cancelled'
),

milestones as (
    select source_system, milestone_id
    from {{ ref('stg_psa__milestones') }}
    where not is_deleted and status = 'completed' and completed_at is not null
),

resolved as (
    select
        events.*,
        {{ resolved_key('events.contract_line_id', 'line_ids') }} as contract_line_key
    from events
    {{ resolve_join('contract_line', 'line_ids', 'events.source_system', 'events.contract_line_id', 'events.due_date') }}
),

-- The milestone's system is the PSA's, not the billing system's: its id finds it in any.
completed as (
    select milestone_id
    from milestones
    group by milestone_id
)

select
    resolved.source_system,
    resolved.billing_event_id,
    resolved.milestone_id,
    resolved.contract_line_key,
    resolved.due_date,
    resolved.amount,
    resolved.currency,
    resolved.status,
    resolved.hold_reason,
    lines.legal_entity_key,
    lines.project_key,
    lines.customer_key,
    lines.practice,
    lines.billing_model,
    resolved._batch_id,
    resolved._file,
    resolved._row
from resolved
cross join {{ ref('int_build') }} as build
left join {{ ref('int_revenue_lines') }} as lines on resolved.contract_line_key = lines.contract_line_key
left join completed on resolved.milestone_id = completed.milestone_id
where
    resolved.due_date <= coalesce(lines.known_to_date, build.build_date)
    and (
        lines.billing_model in ('retainer', 'subscription')
        or resolved.status in ('released', 'invoiced', 'on_hold')
        or completed.milestone_id is not null
    )
