-- Rules 2 and 8 to 13: the whole amount of a group of which nothing is posted goes to the first reason.

with unposted as (

    select * from {{ ref('int_recon_unposted') }}

),

build as (

    select * from {{ ref('int_build') }}

)

select
    unposted.match_key,
    case
        when unposted.posted_count > 0 and unposted.flow = 'billing' then 'not_billed'
        when unposted.posted_count > 0 then 'reversed_in_erp'
        when
            unposted.is_original_posted and unposted.flow <> 'billing' and unposted.due_at < build.build_time
            then 'reversal_not_posted'
        when unposted.source_status = 'submitted' then 'unapproved'
        -- several contract lines could take it: nothing can be recognised or billed until one is named
        when
            unposted.unmapped_members <> ''
            or (unposted.flow in ('revenue', 'billing') and unposted.contract_line_key = 'unmapped')
            then 'unmapped'
        when unposted.component = 'bill_variance' then 'bill_variance'
        when unposted.flow = 'vendor_cost' and unposted.origin_type = 'time_entry' then 'unbilled_vendor_accrual'
        when unposted.is_failed then 'integration_failed'
        when unposted.is_on_hold then 'on_hold'
        when unposted.flow in ('revenue', 'loss_provision') then 'not_recognized'
        when unposted.flow = 'billing' then 'not_billed'
        when unposted.due_at < build.build_time then 'overdue'
        else 'awaiting_posting'
    end as category,
    'home' as leg,
    unposted.home_legal_entity_key as legal_entity_key,
    unposted.home_project_key as project_key,
    unposted.home_period_id as period_id,
    -- what has no rate differs by an amount that nobody knows, not by nothing
    cast(
        case when unposted.is_two_currencies or unposted.lacks_transaction then null else unposted.open_transaction end
        as decimal(18, 2)
    ) as difference_transaction,
    cast(case when unposted.lacks_functional then null else unposted.open_functional end as decimal(18, 2)) as difference_functional,
    cast(case when unposted.lacks_group then null else unposted.open_group end as decimal(18, 2)) as difference_group,
    cast(unposted.open_hours as decimal(18, 2)) as difference_hours
from unposted
cross join build
