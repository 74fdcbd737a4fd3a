-- Grain: one row a percent-complete line and ended or running period: the cost and the estimate that fall to it of
-- its project's, in group currency, why the estimate is stale if it is, and the terms that it earns on.
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
        sum(
            case
                when costs.contract_line_key in ('none', 'unmapped') and costs.earns_itself is distinct from true
                    then costs.cost_group
                else 0
            end
        ) as shared_cost_group
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
)

select
    contract_line_key,
    project_key,
    period_id,
    period_end,
    measured_to,
    forecast_date,
    line_amount,
    line_amount_group,
    average_rate,
    segment_from,
    is_prospective,
    cost_group,
    estimate_group,
    stale_reason
from estimated
