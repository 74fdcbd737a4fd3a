{#
  Ledger rows with what each is matched on: `match_key`, a text, and `match_hash`, a number that groups the whole ledger at a
  fraction of the price. The rows, the reversal chains and the schedule lines are given as
  relations, so that an increment can also ask what rows were matched on before it.
#}
{% macro matched_on(rows, chains, schedule_lines) %}
with origins as (

    select
        ledger.*,
        -- what takes an accrual back, whole or in part, is an accrual in its own period
        coalesce(chains.is_accrual and (chains.is_closed or ledger.reverses_id is not null), false) as is_reversed_accrual,
        coalesce(chains.is_closed and (chains.is_one_origin or ledger.component in ('remainder', 'untold')), false) as is_taken_back,
        -- a reversing line without an origin of its own stands against the line that it reverses
        coalesce(
            ledger.reverses_id is not null
            and coalesce(ledger.origin_type, 'manual') in ('manual', 'summary', 'accrual', 'payroll'),
            false
        )
        and chains.root_origin_id is not null as takes_root_origin,
        chains.root_origin_type,
        chains.root_origin_system,
        chains.root_origin_id,
        -- a schedule line says which period it is for: posted into another one it is still that period's
        coalesce(schedule_lines.period_id, ledger.period_id) as match_period_id
    from {{ rows }} as ledger
    left join {{ chains }} as chains
        on
            ledger.flow = chains.flow
            and ledger.reversal_chain_id = chains.reversal_chain_id
    left join {{ schedule_lines }} as schedule_lines
        on
            ledger.basis = schedule_lines.basis
            and ledger.origin_type = schedule_lines.origin_type
            and ledger.origin_system = schedule_lines.origin_system
            and ledger.origin_id = schedule_lines.origin_id

),

resolved as (

    select
        *,
        case when takes_root_origin then root_origin_type else origin_type end as match_origin_type,
        case when takes_root_origin then root_origin_system else origin_system end as match_origin_system,
        case when takes_root_origin then root_origin_id else origin_id end as match_origin_id
    from origins

),

kinds as (

    select
        *,
        case
            when is_reversed_accrual then 'accrual'
            when flow = 'intercompany' then 'leg'
            when component in ('remainder', 'untold', 'bill_variance') then 'line'
            when
                match_origin_id is not null
                and match_origin_type in ('time_entry', 'expense', 'vendor_bill', 'milestone', 'billing_event')
                and not (flow = 'revenue' and (match_origin_type = 'billing_event' or coalesce(component, '') = 'term'))
                then 'origin'
            when
                flow in ('revenue', 'loss_provision', 'billing')
                and coalesce(contract_line_key, 'none') not in ('none', 'unmapped')
                and coalesce(posting_origin_type, 'revenue_schedule') not in ('manual', 'accrual')
                then 'term'
            else 'line'
        end as own_kind
    from resolved

),

-- a line that stands for itself nets with the lines that took it back, in whichever period they stand
chained as (

    select
        *,
        case when own_kind = 'line' and is_taken_back then 'chain' else own_kind end as match_kind
    from kinds

),

parts as (

    select
        *,
        case when match_kind = 'origin' then match_origin_type else match_kind end as match_part_1,
        case match_kind
            when 'accrual' then reversal_chain_id
            when 'chain' then reversal_chain_id
            when 'leg' then legal_entity_key
            when 'origin' then coalesce(match_origin_system, '')
            when 'term' then contract_line_key
            else ledger_id
        end as match_part_2,
        case match_kind
            when 'accrual' then coalesce(match_origin_id, '')
            when 'leg' then coalesce(counterparty_entity_key, '')
            when 'origin' then match_origin_id
            when 'term' then coalesce(match_period_id, '')
        end as match_part_3,
        case match_kind when 'leg' then coalesce(project_key, '') end as match_part_4,
        case match_kind when 'leg' then coalesce(period_id, '') end as match_part_5
    from chained

)

select
    *,
    {{ match_hash([match_parts()]) }} as match_hash,
    {{ match_text() }} as match_key
from parts
{% endmacro %}
