with positions as (
    select * from {{ ref('int_contract_positions') }}
),

netted as (
    select
        'cross_basis' as basis,
        positions.*,
        earned_to_date - billed_to_date as net
    from positions
    union all
    select
        'finance_posted' as basis,
        positions.*,
        recognized_to_date - billed_to_date as net
    from positions
)

select
    basis,
    period_id,
    books_key as legal_entity_key,
    region,
    practice,
    cast(null as string) as role,
    contract_customer_key as customer_key,
    project_key,
    billing_model,
    sum({{ translate('greatest(net, 0)', 'closing_rate') }}) as wip_unbilled,
    sum({{ translate('greatest(-net, 0)', 'closing_rate') }}) as deferred_revenue
from netted
where net <> 0
group by 1, 2, 3, 4, 5, 7, 8, 9
