-- What people last decided about each item: an acceptance that stands, with the amounts that were accepted,
-- and whom it is assigned to. An acceptance is of an amount as it stood: once a published mart showed the
-- item at another amount (or at other hours, where they are all that differs) or resolved, it has lapsed for good.

with actions as (

    select
        *,
        case when action_type = 'assign' then 'assignment' else 'acceptance' end as subject
    from {{ source('landing', 'action') }}
    where item_id is not null and action_type in ('accept', 'withdraw_acceptance', 'assign') {{ known_at('"at"', clock='any') }}

),

ranked as (

    select
        *,
        row_number() over (partition by item_id, subject order by "at" desc nulls last, action_id desc) as newest
    from actions

),

accepted as (

    select
        item_id,
        actor as accepted_by,
        "at" as accepted_at,
        reason,
        {%- for amount in ['transaction', 'functional', 'group', 'hours'] %}
        try_cast({{ json_text('before', 'difference_' ~ amount) }} as decimal(18, 2)) as accepted_{{ amount }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked
    where newest = 1 and action_type = 'accept'

),

lapsed as (

    select distinct accepted.item_id
    from accepted
    inner join {{ source('landing', 'recon_item_history') }} as history
        on
            accepted.item_id = history.item_id
            and accepted.accepted_at < history.published_at {{ known_at('history.build_time', clock='any') }}
    where
        history.status = 'resolved'
        or history.difference_transaction is distinct from accepted.accepted_transaction
        or history.difference_functional is distinct from accepted.accepted_functional
        or (
            accepted.accepted_functional = 0
            and (
                history.difference_group is distinct from accepted.accepted_group
                -- hours decide where they are all that was accepted; older publications do not state them
                or (
                    accepted.accepted_group = 0
                    and coalesce(accepted.accepted_transaction, 0) = 0
                    and history.difference_hours <> accepted.accepted_hours
                )
            )
        )

),

assigned as (

    select
        item_id,
        {{ json_text('after', 'assigned_to') }} as assigned_to
    from ranked
    where newest = 1 and action_type = 'assign'

),

decided as (

    select item_id from accepted
    union distinct
    select item_id from assigned

)

select
    decided.item_id,
    case when lapsed.item_id is null then accepted.accepted_by end as accepted_by,
    case when lapsed.item_id is null then accepted.accepted_at end as accepted_at,
    case when lapsed.item_id is null then accepted.reason end as acceptance_reason,
    accepted.accepted_transaction,
    accepted.accepted_functional,
    accepted.accepted_group,
    accepted.accepted_hours,
    assigned.assigned_to
from decided
left join accepted on decided.item_id = accepted.item_id
left join lapsed on decided.item_id = lapsed.item_id
left join assigned on decided.item_id = assigned.item_id
