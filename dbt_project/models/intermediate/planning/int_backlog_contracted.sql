-- Grain: one row a basis, contract line and ended or running period from its signature on.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
),

terms as (
    select * from {{ ref('int_contract_line_terms') }}
),

measured as (
    select
        lines.*,
        periods.period_id,
        periods.end_date as period_end,
        least(periods.end_date, lines.known_to_date) as measured_to
    from lines
    inner join {{ ref('int_periods') }} as periods
        on
            lines.legal_entity_key = periods.legal_entity_key
            and lines.known_to_date >= periods.start_date
    left join {{ ref('int_contract_endings') }} as endings on lines.contract_key = endings.contract_key
    -- today what is active counts; one that has ended since counts at the ends of periods before
    where
        lines.contract_status = 'active'
        or (
            lines.contract_status in ('completed', 'terminated')
            and periods.end_date < lines.known_to_date
            and periods.end_date
            < case when endings.was_seen_open then endings.ended_on else least(endings.ended_on, lines.end_date) end
            -- what a terminated contract promised for the days after its own end is not earned, so it is not left either
            and (lines.ended_on is null or periods.end_date < lines.ended_on)
        )
),

in_force as (
    select
        measured.*,
        terms.amount as amount_in_force,
        coalesce(terms.cap_includes_expenses, false) as cap_includes_expenses
    from measured
    inner join terms
        on
            measured.contract_line_key = terms.contract_line_key
            and measured.measured_to >= terms.effective_from
            and measured.measured_to < terms.effective_to
            and measured.measured_to >= terms.first_signed_date
),

recognized as (
    select
        ledger.basis,
        ledger.contract_line_key,
        ledger.revenue_stream,
        periods.end_date as period_end,
        sum(
            case
                when ledger.currency = lines.currency then ledger.amount_transaction
                else {{ translate('ledger.amount_functional', fx_rate('fx', 'ledger.functional_currency', 'lines.currency')) }}
            end
        ) as amount
    from {{ ref('fct_project_ledger') }} as ledger
    inner join lines on ledger.contract_line_key = lines.contract_line_key
    inner join {{ ref('int_periods') }} as periods
        on
            ledger.legal_entity_key = periods.legal_entity_key
            and ledger.period_id = periods.period_id
    {{ fx_join('fx', 'ledger.functional_currency', 'lines.currency', 'ledger.transaction_date') }}
    where ledger.flow = 'revenue'
    group by 1, 2, 3, 4
),

bases as (
    select 'operational' as basis
    union all
    select 'finance_posted' as basis
),

to_date as (
    select
        bases.basis,
        in_force.contract_line_key,
        in_force.period_id,
        sum(
            case
                when recognized.revenue_stream = 'reimbursable' and not in_force.cap_includes_expenses then 0
                else recognized.amount
            end
        ) as recognized_to_date
    from in_force
    cross join bases
    left join recognized
        on
            bases.basis = recognized.basis
            and in_force.contract_line_key = recognized.contract_line_key
            and in_force.period_end >= recognized.period_end
    group by 1, 2, 3
)

select
    to_date.basis,
    in_force.contract_line_key,
    in_force.contract_key,
    in_force.period_id,
    in_force.legal_entity_key,
    in_force.region,
    in_force.practice,
    in_force.customer_key,
    in_force.project_key,
    in_force.billing_model,
    in_force.revenue_stream = 'recurring' as is_recurring,
    in_force.amount_in_force is null as is_uncapped,
    in_force.end_date,
    in_force.currency,
    in_force.amount_in_force,
    cast(coalesce(to_date.recognized_to_date, 0) as decimal(18, 2)) as recognized_to_date,
    cast(greatest(coalesce(in_force.amount_in_force - coalesce(to_date.recognized_to_date, 0), 0), 0) as decimal(18, 2))
        as backlog_transaction,
    cast(greatest(coalesce(coalesce(to_date.recognized_to_date, 0) - in_force.amount_in_force, 0), 0) as decimal(18, 2))
        as overrun_transaction
from in_force
inner join to_date
    on
        in_force.contract_line_key = to_date.contract_line_key
        and in_force.period_id = to_date.period_id
