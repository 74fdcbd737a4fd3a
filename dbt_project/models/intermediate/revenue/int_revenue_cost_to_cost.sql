-- Grain: one row a percent-complete line and ended or running period: share of the work done by cost,
-- revenue and loss provision to date and of the period, in the line's currency. An amendment recomputes to
-- date, unless it is prospective: then what is left to earn follows the cost after it of the cost still left.
with recursive lines as (
    select * from {{ ref('int_revenue_lines') }}
    where recognition_method = 'percent_complete'
),

estimates as (
    select * from {{ ref('int_project_estimates') }}
),

costs as (
    select * from {{ ref('int_project_cost_by_period') }}
),

-- A separate modification shares the line's percentage, so it begins nothing of its own.
terms as (
    select
        terms.*,
        coalesce(terms.modification_type, 'cumulative_catch_up') = 'prospective'
        and terms.effective_from > min(terms.effective_from) over (partition by terms.contract_line_key)
            as is_prospective,
        max(case when coalesce(terms.modification_type, 'cumulative_catch_up') <> 'separate' then terms.effective_from end)
            over (partition by terms.contract_line_key order by terms.effective_from rows unbounded preceding)
            as segment_from
    from {{ ref('int_contract_line_terms') }} as terms
    inner join lines on terms.contract_line_key = lines.contract_line_key
),

measured as (
    select
        lines.contract_line_key,
        lines.project_key,
        estimates.period_id,
        estimates.period_end,
        estimates.measured_to,
        estimates.forecast_date,
        estimates.remaining_cost_group,
        estimates.budget_cost_group,
        terms.amount as line_amount,
        terms.segment_from,
        coalesce(opening.is_prospective, false) as is_prospective,
        group_rates.average_rate,
        {{ translate('terms.amount', 'group_rates.average_rate') }} as line_amount_group
    from lines
    inner join estimates on lines.project_key = estimates.project_key
    inner join terms
        on
            lines.contract_line_key = terms.contract_line_key
            and estimates.measured_to >= terms.effective_from
            and estimates.measured_to < terms.effective_to
    left join terms as opening
        on
            terms.contract_line_key = opening.contract_line_key
            and terms.segment_from = opening.effective_from
    {{ group_rate_join('group_rates', 'estimates.legal_entity_key', 'estimates.period_id', 'terms.currency') }}
),

-- Several lines share a project's unassigned cost and estimate by their amounts, or alike where all are free.
weighed as (
    select
        measured.*,
        case
            when max(abs(line_amount_group)) over (partition by project_key, period_id) = 0 then 1.00
            else line_amount_group
        end as weight
    from measured
),

weighted as (
    select
        weighed.*,
        sum(weight) over (partition by project_key, period_id) as project_weight
    from weighed
),

costed as (
    select
        weighted.contract_line_key,
        weighted.period_id,
        sum(case when costs.contract_line_key = weighted.contract_line_key then costs.cost_group else 0 end)
            as own_cost_group,
        sum(case when costs.contract_line_key in ('none', 'unmapped') then costs.cost_group else 0 end)
            as shared_cost_group
    from weighted
    left join costs
        on
            weighted.project_key = costs.project_key
            and weighted.period_end >= costs.period_end
    group by weighted.contract_line_key, weighted.period_id
),

allotted as (
    select
        weighted.*,
        cast(
            costed.own_cost_group
            + {{ line_share('costed.shared_cost_group') }} as decimal(18, 2)
        ) as cost_group,
        {{ line_share('weighted.remaining_cost_group') }} as remaining_group,
        {{ line_share('weighted.budget_cost_group') }} as budget_group
    from weighted
    inner join costed
        on
            weighted.contract_line_key = costed.contract_line_key
            and weighted.period_id = costed.period_id
),

estimated as (
    select
        allotted.*,
        greatest(
            cost_group,
            case when forecast_date is not null then cost_group + remaining_group else budget_group end
        ) as estimate_group,
        case
            when forecast_date is null and budget_group is null then 'no_estimate'
            when forecast_date is null and cost_group > budget_group then 'cost_beyond_estimate'
            when forecast_date is not null and remaining_group is null then 'no_estimate'
            when remaining_group < 0 then 'cost_beyond_estimate'
            when {{ days_apart('forecast_date', 'measured_to') }} > 45 then 'forecast_too_old'
        end as stale_reason
    from allotted
),

-- A stale estimate holds the share at the last one that was good.
counted as (
    select
        estimated.*,
        count(case when stale_reason is null then 1 end) over (
            partition by contract_line_key order by period_end rows unbounded preceding
        ) as good_estimates
    from estimated
),

shared as (
    select
        counted.*,
        coalesce(max(case when stale_reason is null then greatest(cost_group, 0) end)
            over (partition by contract_line_key, good_estimates), 0) as share_cost,
        coalesce(max(case when stale_reason is null and estimate_group > 0 then estimate_group end)
            over (partition by contract_line_key, good_estimates), 1) as share_estimate
    from counted
),

-- A prospective segment counts from the cost of the period before it; a stale estimate holds the share that
-- the segment had reached, at first none.
started as (
    select
        shared.*,
        dense_rank() over (partition by contract_line_key order by segment_from nulls first) as segment_no,
        max(case when stale_reason is null then period_end end) over (
            partition by contract_line_key, segment_from order by period_end rows unbounded preceding
        ) as last_good_end,
        lag(cost_group, 1, 0) over (partition by contract_line_key order by period_end) as cost_before
    from shared
),

segmented as (
    select
        started.*,
        case
            when is_prospective then first_value(cost_before) over (
                partition by contract_line_key, segment_no order by period_end
            )
            else 0
        end as segment_cost_before,
        row_number() over (partition by contract_line_key, segment_no order by period_end desc) = 1 as closes_segment
    from started
),

earning as (
    select
        segmented.*,
        case
            when not is_prospective then share_cost
            when last_good_end is null then 0
            when share_estimate <= segment_cost_before then 1 -- no cost is left, so nothing is left to earn
            else least(greatest(share_cost - segment_cost_before, 0), share_estimate - segment_cost_before)
        end as earned_cost,
        case
            when not is_prospective then share_estimate
            when last_good_end is null or share_estimate <= segment_cost_before then 1
            else share_estimate - segment_cost_before
        end as earned_estimate
    from segmented
),

-- What had been earned when a segment began is what the one before it had reached.
segments as (
    select
        contract_line_key,
        segment_no,
        is_prospective,
        cast(0 as decimal(18, 2)) as earned_before,
        {{ share_of('line_amount', 'earned_cost', 'earned_estimate') }} as earned_after
    from earning
    where closes_segment and segment_no = 1

    union all

    select
        earning.contract_line_key,
        earning.segment_no,
        earning.is_prospective,
        cast(case when earning.is_prospective then segments.earned_after else 0 end as decimal(18, 2)) as earned_before,
        {{ earned_of_rest('case when earning.is_prospective then segments.earned_after else 0 end', 'earning') }} as earned_after
    from segments
    inner join earning
        on
            segments.contract_line_key = earning.contract_line_key
            and segments.segment_no + 1 = earning.segment_no
    where earning.closes_segment
),

to_date as (
    select
        earning.*,
        {{ earned_of_rest('segments.earned_before', 'earning') }} as revenue_to_date,
        -- the line's own amounts translate its loss; a free line has none, so the rate does
        case
            when line_amount_group = 0 then {{ money(divide('greatest(estimate_group, 0)', 'average_rate')) }}
            else {{ share_of('line_amount', 'greatest(estimate_group - line_amount_group, 0)', 'line_amount_group') }}
        end as expected_loss
    from earning
    inner join segments
        on
            earning.contract_line_key = segments.contract_line_key
            and earning.segment_no = segments.segment_no
),

provided as (
    select
        to_date.*,
        cast(
            coalesce(expected_loss - {{ share_of('expected_loss', 'share_cost', 'share_estimate') }}, 0)
            as decimal(18, 2)
        ) as provision_to_date
    from to_date
)

select
    contract_line_key,
    project_key,
    period_id,
    period_end,
    measured_to,
    measured_to < period_end as is_provisional,
    forecast_date,
    cost_group,
    estimate_group,
    line_amount,
    share_cost,
    share_estimate,
    stale_reason,
    -- before the first cost nobody misses an estimate; one that was given must be kept up all the same
    (cost_group <> 0 or stale_reason = 'forecast_too_old')
    and share_cost < share_estimate and stale_reason is not null as is_estimate_stale,
    revenue_to_date,
    cast(
        coalesce(revenue_to_date, 0)
        - coalesce(lag(revenue_to_date) over (partition by contract_line_key order by period_end), 0)
        as decimal(18, 2)
    ) as revenue_amount,
    provision_to_date,
    cast(
        provision_to_date
        - coalesce(lag(provision_to_date) over (partition by contract_line_key order by period_end), 0)
        as decimal(18, 2)
    ) as provision_amount
from provided
