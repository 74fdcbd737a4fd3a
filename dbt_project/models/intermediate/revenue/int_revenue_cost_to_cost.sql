-- Grain: one row a percent-complete line and ended or running period: share of the work done by cost,
-- revenue and loss provision to date and of the period, in the line's currency. An amendment recomputes to
-- date, unless it is prospective: then what is left to earn follows the cost after it of the cost still left.
with recursive estimates as (
    select * from {{ ref('int_revenue_line_estimates') }}
),

-- A stale estimate holds the share at the last one that was good.
counted as (
    select
        estimates.*,
        count(case when stale_reason is null then 1 end) over (
            partition by contract_line_key order by period_end rows unbounded preceding
        ) as good_estimates
    from estimates
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
    share_cost,
    share_estimate,
    stale_reason,
    -- before the first cost nobody misses an estimate; one that was given must be kept up all the same, until all
    -- is done and nothing more is spent
    stale_reason is not null
    and (cost_group <> 0 or stale_reason = 'forecast_too_old')
    and (earned_cost < earned_estimate or cost_group > share_estimate or stale_reason = 'cost_beyond_estimate')
        as is_estimate_stale,
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
