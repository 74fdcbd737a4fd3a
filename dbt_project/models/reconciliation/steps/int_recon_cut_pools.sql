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
        cells.functional_currency,
        compared.match_kind,
        compared.is_two_currencies,
        -- what a run summed that was taken back is not posted any more, though nothing is left to allocate
        cells.posted_count <> 1 and cells.posted_transaction = 0 and cells.posted_functional = 0 as is_reversed,
        cells.operational_transaction - cells.posted_transaction as difference_transaction,
        cells.operational_functional - cells.posted_functional as difference_functional,
        cells.operational_group - cells.posted_group as difference_group,
        cells.operational_hours - cells.posted_hours as difference_hours
    from cells
    inner join compared on cells.match_key = compared.match_key

),

translated as (

    select
        differences.*,
        {{ translate('differences.difference_functional', 'group_rates.average_rate') }} as unallocated_group
    from differences
    {{ group_rate_join(
        'group_rates', 'differences.legal_entity_key', 'differences.period_id', 'differences.functional_currency'
    ) }}

)

-- posted by contract line and period against entries that operations know one by one: another estimate
select
    match_key,
    case
        when is_reversed then 'reversed_in_erp'
        when match_kind = 'term_pool' then 'estimate_difference'
        else 'summary_unallocated'
    end as category,
    'home' as leg,
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then difference_transaction end as decimal(18, 2)) as difference_transaction,
    cast(difference_functional as decimal(18, 2)) as difference_functional,
    coalesce(unallocated_group, cast(difference_group as decimal(18, 2))) as difference_group,
    cast(difference_hours as decimal(18, 2)) as difference_hours
from translated
where difference_functional <> 0 or (difference_transaction <> 0 and not is_two_currencies) or difference_hours <> 0

union all

select
    match_key,
    'rounding',
    'home',
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then 0 end as decimal(18, 2)),
    cast(0 as decimal(18, 2)),
    cast(difference_group - unallocated_group as decimal(18, 2)),
    cast(0 as decimal(18, 2))
from translated
where difference_group <> unallocated_group
