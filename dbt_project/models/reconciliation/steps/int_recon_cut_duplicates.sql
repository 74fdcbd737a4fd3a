-- Rule 3: each posting that repeats an earlier one is a break of its own, where it was posted.

with matched as (

    select * from {{ ref('int_recon_matched') }}

),

duplicates as (

    select * from {{ ref('int_recon_duplicates') }}

)

select
    matched.match_key,
    'duplicate_posting' as category,
    'line|' || matched.ledger_id as leg,
    matched.legal_entity_key,
    coalesce(matched.project_key, 'none') as project_key,
    coalesce(matched.period_id, 'none') as period_id,
    cast(-matched.amount_transaction as decimal(18, 2)) as difference_transaction,
    cast(-matched.amount_functional as decimal(18, 2)) as difference_functional,
    cast(-matched.amount_group as decimal(18, 2)) as difference_group,
    cast(-coalesce(matched.hours, 0) as decimal(18, 2)) as difference_hours
from matched
inner join duplicates on matched.ledger_id = duplicates.ledger_id
