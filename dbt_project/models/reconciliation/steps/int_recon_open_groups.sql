{{ config(materialized='keyed', key=['match_hash'], touched='int_touched_groups') }}
-- depends_on: {{ ref('int_touched_groups') }}
{%- set every_row = ref('int_recon_keyed') -%}
{%- set touched_rows = ref('int_recon_touched_rows') %}

-- The matched groups that do not agree in everything. Nearly all do, and end here: what follows
-- sees a few per cent of the ledger. Of those that agree only hours are kept which the posting leaves unsaid, and which of
-- them cents of the group's currency may open when a rate moves.

with sides as (

    select
        match_hash,
        match_kind = 'accrual' as is_accrual,
        basis = 'operational' as is_operational,
        -- a summary that nets to nothing still says that what it sums is posted
        coalesce(match_kind in ('line', 'chain') and posting_origin_type in ('summary', 'payroll'), false) as is_total,
        case when basis = 'operational' then amount_transaction else -amount_transaction end as signed_transaction,
        case when basis = 'operational' then amount_functional else -amount_functional end as signed_functional,
        case when basis = 'operational' then amount_group else -amount_group end as signed_group,
        case when basis = 'operational' then hours else -hours end as signed_hours,
        case when basis = 'finance_posted' then amount_functional end as posted_functional,
        case when basis = 'finance_posted' then amount_transaction end as posted_transaction,
        case when basis = 'finance_posted' then hours end as posted_hours,
        -- one number instead of four texts to compare; two cells with one number would leave the bridge open
        {{ recon_cell_hash() }} as cell
    from {{ touched_rows if in_increment() else every_row }}

),

groups as (

    select
        match_hash,
        count(*) filter (where is_operational) as operational_count,
        count(*) filter (where not is_operational) as posted_count,
        coalesce(sum(signed_transaction), 0) as left_transaction,
        coalesce(sum(signed_functional), 0) as left_functional,
        coalesce(sum(signed_group), 0) as left_group,
        coalesce(sum(signed_hours), 0) as left_hours,
        coalesce(sum(posted_functional), 0) as posted_functional,
        coalesce(sum(posted_transaction), 0) as posted_transaction,
        sum(posted_hours) as posted_hours,
        min(cell) = max(cell) as is_one_cell,
        min(cell) as cell,
        bool_or(is_accrual) as is_accrual,
        bool_or(is_total) as is_total
    from sides
    group by match_hash

),

compared as (

    select
        *,
        is_one_cell
        and left_transaction = 0
        and left_functional = 0
        and (
            (operational_count > 0 and posted_count > 0 and (left_hours = 0 or posted_hours is null))
            -- a posting and its reversal within one cell leave nothing to explain
            or (
                not is_accrual
                and not is_total
                and posted_transaction = 0
                and posted_functional = 0
                and coalesce(posted_hours, 0) = 0
                and left_hours = 0
            )
        ) as is_settled
    from groups

),

judged as (

    select
        *,
        not is_settled or left_group <> 0 as is_open,
        -- two rows of the same amount are translated alike at any rate, sums of several are not
        is_settled and operational_count + posted_count > 2 as is_moved_by_rate
    from compared

)

select
    match_hash,
    is_open,
    operational_count,
    posted_count,
    posted_functional,
    posted_transaction,
    is_moved_by_rate,
    cell,
    case when not is_open then left_hours end as untold_hours
from judged
where is_open or left_hours <> 0 or is_moved_by_rate
