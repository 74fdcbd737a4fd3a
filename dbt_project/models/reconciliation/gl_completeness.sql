with checks as (

    select * from {{ ref('int_gl_balance_checks') }}

),

unbalanced as (

    select
        {{ resolved_key('journals.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        journals.period_id,
        count(*) as journal_count
    from {{ ref('int_gl_journals_unbalanced') }} as journals
    {{ resolve_join('legal_entity', 'entity_ids', 'journals.source_system', 'journals.legal_entity_id', 'journals.posting_date') }}
    group by {{ resolved_key('journals.legal_entity_id', 'entity_ids') }}, journals.period_id

),

measured as (

    select
        legal_entity_key,
        period_id,
        bool_and(has_balances) as has_balances,
        count(*) filter (
            where has_balances and (lines_functional <> movement_functional or movement_functional <> turnover_functional)
        ) as differing_accounts,
        sum(abs(lines_functional - movement_functional)) filter (where has_balances) as difference_functional,
        -- what stands on an account that never landed is of no class, so it is in no figure
        bool_or(account_key = 'unmapped' and lines_functional <> 0) as has_unknown_accounts
    from checks
    group by legal_entity_key, period_id

),

-- a period whose only journal does not balance has no line left to measure
cells as (

    select legal_entity_key, period_id from measured
    union distinct
    select legal_entity_key, period_id from unbalanced

),

counted as (

    select
        cells.legal_entity_key,
        cells.period_id,
        coalesce(measured.has_balances, false) as has_balances,
        coalesce(measured.differing_accounts, 0) as differing_accounts,
        coalesce(measured.difference_functional, 0) as difference_functional,
        coalesce(measured.has_unknown_accounts, false) as has_unknown_accounts,
        coalesce(unbalanced.journal_count, 0) as unbalanced_journals
    from cells
    left join measured
        on
            cells.legal_entity_key = measured.legal_entity_key
            and cells.period_id = measured.period_id
    left join unbalanced
        on
            cells.legal_entity_key = unbalanced.legal_entity_key
            and cells.period_id = unbalanced.period_id

)

select
    legal_entity_key,
    period_id,
    case
        when differing_accounts > 0 or unbalanced_journals > 0 or has_unknown_accounts then 'incomplete'
        when has_balances then 'complete'
        else 'unproved'
    end as status,
    cast(differing_accounts as bigint) as differing_accounts,
    cast(difference_functional as decimal(18, 2)) as difference_functional,
    cast(unbalanced_journals as bigint) as unbalanced_journals,
    nullif(concat_ws(
        '; ',
        case when differing_accounts > 0 then {{ counted('differing_accounts', 'account differs from the trial balance', 'accounts differ from the trial balance') }} end,
        case when unbalanced_journals > 0 then {{ counted('unbalanced_journals', 'journal does not balance and is kept out', 'journals do not balance and are kept out') }} end,
        case when has_unknown_accounts then 'lines stand on an account that never landed' end,
        case when not has_balances then 'no trial balance landed' end
    ), '') as reason
from counted
