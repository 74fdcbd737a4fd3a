-- The newest decision on each item, where it is an acceptance, with the amount that was accepted: a
-- changed amount is a new question.

with actions as (

    select * from {{ source('landing', 'action') }}
    where item_id is not null and action_type in ('accept', 'withdraw_acceptance') {{ known_at('"at"', clock='now') }}

),

ranked as (

    select
        *,
        row_number() over (partition by item_id order by "at" desc nulls last, action_id desc) as newest
    from actions

)

select
    item_id,
    actor as accepted_by,
    "at" as accepted_at,
    reason,
    try_cast({{ json_text('payload', 'difference_functional') }} as decimal(18, 2)) as difference_functional
from ranked
where newest = 1 and action_type = 'accept'
