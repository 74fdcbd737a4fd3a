{{ config(materialized='keyed', key=['period_id'], touched='int_touched_periods') }}
-- depends_on: {{ ref('int_touched_periods') }}
-- Operational hours stand in the period in which the work was done and carry the worker's own entity,
-- practice and role on that day; posted hours stand in the period of the posting.
with projects as (
    select * from {{ ref('int_projects') }}
),

operational as (
    select
        'operational' as basis,
        work_period_id as period_id,
        legal_entity_key,
        region,
        practice,
        role,
        customer_key,
        project_key,
        worker_type = 'contractor' as is_contractor,
        sum(hours) as hours,
        sum(billable_hours) as billable_hours
    from {{ ref('int_time_priced') }}
    where not is_deleted and status in ('submitted', 'approved') and work_period_id is not null
        {{ of_touched_periods('work_period_id') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- A summary posting says how many hours, not how many of them are billable: it takes the billable share of the
-- entries that it covers.
-- Summed by pool: a pool may have many lines.
pool_lines as (
    select
        ledger_id,
        pool_key
    from {{ ref('int_recon_pools') }}
    where
        flow = 'labor_cost'
        {{ of_touched_periods('period_id') }}
),

pools as (
    select
        members.pool_key,
        sum(covered.hours) as covered_hours,
        sum(covered.billable_hours) as covered_billable_hours
    from {{ ref('int_recon_pool_members') }} as members
    inner join {{ ref('int_labor_operational') }} as covered on members.ledger_id = covered.ledger_id
    where members.pool_key in (select pool_key from pool_lines)
    group by members.pool_key
),

posted_lines as (
    select
        ledger.*,
        coalesce(workers.worker_type = 'contractor', false) as is_contractor,
        coalesce(
            ledger.billable_hours,
            {{ share_of('ledger.hours', 'pools.covered_billable_hours', 'pools.covered_hours') }}
        ) as told_billable_hours
    from {{ ref('fct_project_ledger') }} as ledger
    left join pool_lines on ledger.ledger_id = pool_lines.ledger_id
    left join pools on pool_lines.pool_key = pools.pool_key
    left join {{ ref('int_workers') }} as workers on ledger.worker_key = workers.worker_key
    where ledger.basis = 'finance_posted' and ledger.flow = 'labor_cost' and ledger.period_id is not null
        {{ of_touched_periods('ledger.period_id') }}
),

posted as (
    select
        basis,
        period_id,
        legal_entity_key,
        region,
        practice,
        role,
        customer_key,
        project_key,
        is_contractor,
        sum(hours) as hours,
        sum(told_billable_hours) as billable_hours
    from posted_lines
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

both_bases as (
    select * from operational
    union all
    select * from posted
)

select
    both_bases.basis,
    both_bases.period_id,
    both_bases.legal_entity_key,
    coalesce(both_bases.region, 'none') as region,
    coalesce(both_bases.practice, 'none') as practice,
    coalesce(both_bases.role, 'none') as role,
    coalesce(both_bases.customer_key, 'none') as customer_key,
    coalesce(both_bases.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    coalesce(projects.billing_model, 'none') not in ('non_billable', 'none') as is_client_project,
    both_bases.is_contractor,
    cast(coalesce(both_bases.hours, 0) as decimal(18, 2)) as hours,
    cast(coalesce(both_bases.billable_hours, 0) as decimal(18, 2)) as billable_hours
from both_bases
left join projects on both_bases.project_key = projects.project_key
