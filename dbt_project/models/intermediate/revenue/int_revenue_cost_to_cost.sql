-- Grain: one row a percent-complete line and ended or running period: share of the work done by cost,
-- revenue and loss provision to date and of the period, in the line's currency.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
    where recognition_method = 'percent_complete'
),

estimates as (
    select * from {{ ref('int_project_estimates') }}
),

costs as (
    select * from {{ ref('int_project_cost_by_period') }}
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
        {{ translate('terms.amount', 'group_rates.average_rate') }} as line_amount_group
    from lines
    inner join estimates on lines.project_key = estimates.project_key
    inner join {{ ref('int_contract_line_terms') }} as terms
        on
            lines.contract_line_key = terms.contract_line_key
            and estimates.measured_to >= terms.effective_from
            and estimates.measured_to < terms.effective_to
    {{ group_rate_join('group_rates', 'estimates.legal_entity_key', 'estimates.period_id', 'terms.currency') }}
),

-- Several lines share a project's unassigned cost and estimate by their amounts.
weighted as (
    select
        measured.*,
        sum(line_amount_group) over (partition by project_key, period_id) as project_amount_group
    from measured
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

to_date as (
    select
        shared.*,
        {{ share_of('line_amount', 'share_cost', 'share_estimate') }} as revenue_to_date,
        {{ share_of('line_amount', 'greatest(estimate_group - line_amount_group, 0)', 'nullif(line_amount_group, 0)') }}
            as expected_loss
    from shared
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
    cost_group <> 0 and share_cost < share_estimate and stale_reason is not null as is_estimate_stale,
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
