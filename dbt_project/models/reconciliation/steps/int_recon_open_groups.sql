-- The matched groups that do not agree in everything. Nearly all do, and end here: what follows
-- sees a few per cent of the ledger.

with keyed as (

    select * from {{ ref('int_recon_keyed') }}

),

groups as (

    select
        match_key,
        min(flow) as flow,
        min(match_kind) as match_kind,
        count(*) filter (where basis = 'operational') as operational_count,
        count(*) filter (where basis = 'finance_posted') as posted_count,
        coalesce(sum(amount_transaction) filter (where basis = 'operational'), 0) as operational_transaction,
        coalesce(sum(amount_functional) filter (where basis = 'operational'), 0) as operational_functional,
        coalesce(sum(amount_group) filter (where basis = 'operational'), 0) as operational_group,
        coalesce(sum(hours) filter (where basis = 'operational'), 0) as operational_hours,
        coalesce(sum(amount_transaction) filter (where basis = 'finance_posted'), 0) as posted_transaction,
        coalesce(sum(amount_functional) filter (where basis = 'finance_posted'), 0) as posted_functional,
        coalesce(sum(amount_group) filter (where basis = 'finance_posted'), 0) as posted_group,
        sum(hours) filter (where basis = 'finance_posted') as posted_hours,
        coalesce(
            min(legal_entity_key) = max(legal_entity_key)
            and min(coalesce(project_key, '')) = max(coalesce(project_key, ''))
            and min(coalesce(period_id, '')) = max(coalesce(period_id, ''))
            and min(coalesce(currency, '')) = max(coalesce(currency, '')),
            false
        ) as is_one_cell
    from keyed
    group by match_key

)

select
    match_key,
    flow,
    match_kind,
    operational_count,
    posted_count,
    posted_functional
from groups
where
    not (
        is_one_cell
        and operational_count > 0
        and posted_count > 0
        and operational_transaction = posted_transaction
        and operational_functional = posted_functional
        and operational_group = posted_group
        and operational_hours = coalesce(posted_hours, operational_hours)
    )
    -- a posting and its reversal within one cell leave nothing to explain
    and not (
        is_one_cell
        and match_kind <> 'accrual'
        and operational_transaction = posted_transaction
        and operational_functional = posted_functional
        and operational_group = posted_group
        and operational_functional = 0
        and operational_transaction = 0
        and coalesce(posted_hours, 0) = 0
        and operational_hours = 0
    )
