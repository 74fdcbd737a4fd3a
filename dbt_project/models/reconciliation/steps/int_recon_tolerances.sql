-- The difference that counts as rounding, for every flow and currency in the ledger: the most exact row of the seed.

with matched as (

    select * from {{ ref('int_recon_matched') }}

),

tolerances as (

    select * from {{ ref('tolerance') }}

),

currencies as (

    select currency from matched
    union distinct
    select functional_currency from matched
    union distinct
    select group_currency from {{ ref('int_build') }}

),

flows as (

    select distinct flow from matched

)

select
    flows.flow,
    currencies.currency,
    coalesce(
        max_by(
            tolerances.amount,
            case when tolerances.flow <> '*' then 2 else 0 end + case when tolerances.currency <> '*' then 1 else 0 end
        ),
        0
    ) as amount
from flows
cross join currencies
left join tolerances
    on
        (tolerances.flow = flows.flow or tolerances.flow = '*')
        and (tolerances.currency = currencies.currency or tolerances.currency = '*')
where currencies.currency is not null
group by flows.flow, currencies.currency
