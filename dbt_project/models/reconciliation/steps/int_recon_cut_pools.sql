-- Rules 6 and 19: what a pool leaves over once the rows that it can cover are counted.

with compared as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as = 'pool'

),

cells as (

    select * from {{ ref('int_recon_cells') }}

),

differences as (

    select
        cells.match_key,
        cells.legal_entity_key,
        cells.project_key,
        cells.period_id,
        compared.match_kind,
        compared.is_two_currencies,
        cells.operational_transaction - cells.posted_transaction as difference_transaction,
        cells.operational_functional - cells.posted_functional as difference_functional,
        cells.operational_group - cells.posted_group as difference_group
    from cells
    inner join compared on cells.match_key = compared.match_key

)

select
    match_key,
    case
        when difference_functional = 0 and (difference_transaction = 0 or is_two_currencies) then 'rounding'
        -- posted by contract line and period, against entries or milestones that operations know one by one
        when match_kind = 'term_pool' then 'estimate_difference'
        else 'summary_unallocated'
    end as category,
    'home' as leg,
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then difference_transaction end as decimal(18, 2)) as difference_transaction,
    cast(difference_functional as decimal(18, 2)) as difference_functional,
    cast(difference_group as decimal(18, 2)) as difference_group
from differences
where difference_transaction <> 0 or difference_functional <> 0 or difference_group <> 0
