{{ config(materialized='keyed', key=['match_key'], touched='int_recon_scope') }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_recon_scope') }}

-- Rows of groups whose sides stand in different transaction currencies, signed as operational less posted.

with matched as (

    select * from {{ ref('int_recon_matched') }}

),

groups as (

    select match_key from {{ ref('int_recon_compared') }}
    where is_two_currencies

),

duplicates as (

    select ledger_id from {{ ref('int_recon_duplicates') }}

)

select
    matched.ledger_id,
    matched.match_key,
    matched.flow,
    matched.legal_entity_key,
    coalesce(matched.project_key, 'none') as project_key,
    coalesce(matched.period_id, 'none') as period_id,
    coalesce(matched.currency, 'none') as currency,
    case when matched.basis = 'operational' then matched.amount_transaction else -matched.amount_transaction end
        as two_currencies_transaction
from matched
inner join groups on matched.match_key = groups.match_key
left join duplicates on matched.ledger_id = duplicates.ledger_id
where duplicates.ledger_id is null
