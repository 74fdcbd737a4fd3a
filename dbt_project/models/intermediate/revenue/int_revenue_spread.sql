-- One row a line and period of a retainer or subscription: its revenue to date at the period's end by the
-- days of the term, less the one of the period before. An amendment starts a segment: `prospective` spreads
-- what is left over the days left, `cumulative_catch_up` restates the whole term, `separate` runs beside.
with recursive lines as (
    select * from {{ ref('int_revenue_lines') }}
    where recognition_method in ('straight_line', 'ratable')
),

amendments as (
    select
        terms.contract_line_key,
        terms.amendment_no,
        terms.amount,
        terms.start_date,
        terms.end_date,
        terms.effective_from,
        terms.modification_type,
        row_number() over (partition by terms.contract_line_key order by terms.amendment_no) as position,
        terms.amount - coalesce(
            lag(terms.amount) over (partition by terms.contract_line_key order by terms.amendment_no), 0
        ) as amount_added
    from {{ ref('int_contract_line_terms') }} as terms
    inner join lines on terms.contract_line_key = lines.contract_line_key
    where terms.end_date is not null and terms.effective_from < terms.effective_to
),

-- A separate modification is a line of its own for what it adds; the rest goes on without it.
parts as (
    select
        contract_line_key,
        amendment_no,
        effective_from,
        start_date,
        end_date,
        position,
        case when modification_type = 'separate' and position > 1 then amendment_no else 0 end as part,
        case
            when modification_type = 'separate' and position > 1 then amount_added
            else amount - sum(
                case when modification_type = 'separate' and position > 1 then amount_added else 0 end
            ) over (partition by contract_line_key order by amendment_no rows unbounded preceding)
        end as amount,
        case
            when position = 1 or modification_type = 'separate' then 'whole_term'
            when modification_type = 'cumulative_catch_up' then 'whole_term'
            else 'days_left'
        end as spreading
    from amendments
),

segments as (
    select
        contract_line_key,
        part,
        amendment_no,
        amount,
        row_number() over (partition by contract_line_key, part order by amendment_no) as segment_no,
        case when segment_first then start_date else effective_from end as in_force_from,
        coalesce(
            lead(effective_from) over (partition by contract_line_key, part order by amendment_no),
            {{ open_end() }}
        ) as in_force_to,
        case
            when spreading = 'days_left' then greatest(effective_from, start_date)
            when part > 0 then greatest(effective_from, start_date)
            else start_date
        end as spread_from,
        end_date as spread_to,
        spreading
    from (
        select
            parts.*,
            row_number() over (partition by contract_line_key, part order by amendment_no) = 1 as segment_first
        from parts
    ) as numbered
),

-- Revenue before a segment is what its predecessors had earned by the day before it takes force.
chained as (
    select
        segments.*,
        cast(0 as decimal(18, 2)) as earned_before
    from segments
    where segments.segment_no = 1

    union all

    select
        segments.*,
        {{ earned_by('chained', add_days('segments.in_force_from', -1)) }} as earned_before
    from chained
    inner join segments
        on
            chained.contract_line_key = segments.contract_line_key
            and chained.part = segments.part
            and chained.segment_no + 1 = segments.segment_no
),

periods as (
    select
        lines.contract_line_key,
        periods.period_id,
        periods.start_date,
        -- a contract that was terminated earns to its last day, whatever its lines' terms had promised
        least(periods.end_date, lines.known_to_date, coalesce(lines.ended_on, lines.known_to_date)) as measured_to
    from lines
    inner join {{ ref('int_periods') }} as periods
        on
            lines.legal_entity_key = periods.legal_entity_key
            and least(lines.known_to_date, coalesce(lines.ended_on, lines.known_to_date)) >= periods.start_date
),

earned as (
    select
        periods.contract_line_key,
        periods.period_id,
        periods.measured_to,
        sum({{ earned_by('chained', 'periods.measured_to') }}) as earned_to_date
    from periods
    inner join chained
        on
            periods.contract_line_key = chained.contract_line_key
            and periods.measured_to >= chained.in_force_from
            and periods.measured_to < chained.in_force_to
    group by periods.contract_line_key, periods.period_id, periods.measured_to
)

select
    contract_line_key,
    period_id,
    measured_to,
    cast(earned_to_date as decimal(18, 2)) as earned_to_date,
    cast(
        earned_to_date - coalesce(
            lag(earned_to_date) over (partition by contract_line_key order by measured_to), 0
        ) as decimal(18, 2)
    ) as amount
from earned
