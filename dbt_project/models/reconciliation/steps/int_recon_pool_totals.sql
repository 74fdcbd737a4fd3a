-- One row a pool and transaction currency: what operations put against a posted total, in one sum. The single
-- rows (a third of a ledger may lie in pools) go no further. A pool is in question where one of its lines is: where only a
-- rate moved, the rows that it covers are not.

with open_rows as (

    select * from {{ ref('int_recon_open_rows') }}

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}
    where pool_key in (
        select pool_lines.pool_key
        from {{ ref('int_recon_pools') }} as pool_lines
        inner join {{ ref('int_recon_active_rows') }} as active_rows on pool_lines.ledger_id = active_rows.ledger_id
    )

)

select
    pool_members.pool_key,
    open_rows.currency,
    min(open_rows.flow) as flow,
    min(open_rows.legal_entity_key) as legal_entity_key,
    min(open_rows.project_key) as project_key,
    min(open_rows.period_id) as period_id,
    min(open_rows.work_period_id) as work_period_id,
    min(open_rows.customer_key) as customer_key,
    case when min(open_rows.contract_line_key) = max(open_rows.contract_line_key) then min(open_rows.contract_line_key) end
        as contract_line_key,
    case when min(open_rows.worker_key) = max(open_rows.worker_key) then min(open_rows.worker_key) end as worker_key,
    min(open_rows.region) as region,
    min(open_rows.functional_currency) as functional_currency,
    coalesce(sum(open_rows.amount_transaction), 0) as amount_transaction,
    coalesce(sum(open_rows.amount_functional), 0) as amount_functional,
    coalesce(sum(open_rows.amount_group), 0) as amount_group,
    sum(open_rows.hours) as hours,
    max(open_rows.approved_at) as approved_at
from open_rows
inner join pool_members on open_rows.ledger_id = pool_members.ledger_id
group by pool_members.pool_key, open_rows.currency
