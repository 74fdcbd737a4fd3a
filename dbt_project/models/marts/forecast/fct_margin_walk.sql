with newest as (
    select * from (
        select
            forecast.*,
            row_number() over (partition by forecast.project_key order by forecast.period_end desc) as newness
        from {{ ref('fct_forecast') }} as forecast
        where forecast.period_state <> 'coming'
    ) as ranked
    where newness = 1
),

done as (
    select
        ledger.project_key,
        sum(case when ledger.basis = 'operational' and ledger.flow <> 'revenue' then ledger.hours end) as hours_to_date,
        sum(case when ledger.basis = 'finance_posted' and ledger.flow <> 'revenue' then ledger.hours end) as posted_hours,
        sum(case when ledger.basis = 'finance_posted' and ledger.flow = 'revenue' then ledger.amount_group end) as posted_revenue,
        sum(case when ledger.basis = 'finance_posted' and ledger.flow <> 'revenue' then ledger.amount_group end) as posted_cost
    from {{ ref('fct_project_ledger') }} as ledger
    where
        ledger.flow in ('labor_cost', 'vendor_cost', 'expense_cost', 'revenue')
        -- all project revenue: cost has the expenses that are charged on as well
        and coalesce(ledger.revenue_stream, 'none') <> 'recurring'
        and (ledger.basis = 'finance_posted' or ledger.source_status = 'approved')
    group by ledger.project_key
),

stages as (
    select project_key, 1 as stage_no, 'quoted' as stage, quoted_revenue as revenue, quoted_cost as cost, quoted_hours as hours
    from newest
    union all
    select project_key, 2, 'baseline', budget_revenue, budget_cost, budget_hours
    from newest
    union all
    select newest.project_key, 3, 'current', newest.revenue_at_completion, newest.estimate_at_completion,
        coalesce(done.hours_to_date, 0) + newest.remaining_hours
    from newest
    left join done on newest.project_key = done.project_key
    union all
    select newest.project_key, 4, 'posted', coalesce(done.posted_revenue, 0), coalesce(done.posted_cost, 0), done.posted_hours
    from newest
    left join done on newest.project_key = done.project_key
),

-- A stage that nobody stated is no step: the walk goes on from the one before it.
stated as (
    select
        stages.*,
        cast(revenue - cost as decimal(18, 2)) as margin
    from stages
    where revenue is not null and cost is not null
),

steps as (
    select
        stated.project_key,
        newest.legal_entity_key,
        newest.region,
        newest.practice,
        newest.customer_key,
        newest.billing_model,
        newest.period_id,
        lag(stated.stage) over (partition by stated.project_key order by stated.stage_no) as from_stage,
        stated.stage as to_stage,
        {%- for name in ['revenue', 'cost', 'hours', 'margin'] %}
        lag(stated.{{ name }}) over (partition by stated.project_key order by stated.stage_no) as {{ name }}_from,
        stated.{{ name }} as {{ name }}_to{{ ',' if not loop.last }}
        {%- endfor %}
    from stated
    inner join newest on stated.project_key = newest.project_key
),

-- An hour is worth what its project's hours were worth before; what it was worth on average in the practice is the
-- volume, what the project makes more or less of it is the mix.
explained as (
    select
        steps.*,
        coalesce(hours_from > 0 and hours_to is not null, false) as has_hours,
        sum(case when hours_from > 0 and hours_to is not null then margin_from end)
            over (partition by practice, from_stage, to_stage) as practice_margin,
        sum(case when hours_from > 0 and hours_to is not null then hours_from end)
            over (partition by practice, from_stage, to_stage) as practice_hours
    from steps
    where from_stage is not null
),

effects as (
    select
        explained.*,
        case when has_hours then {{ share_of('margin_from', 'hours_to - hours_from', 'hours_from') }} else 0 end as hours_effect,
        case when has_hours then {{ share_of('practice_margin', 'hours_to - hours_from', 'practice_hours') }} else 0 end
            as volume_effect,
        case when has_hours then revenue_to - {{ share_of('revenue_from', 'hours_to', 'hours_from') }} else 0 end
            as bill_rate_effect
    from explained
)

select
    project_key,
    legal_entity_key,
    region,
    practice,
    customer_key,
    billing_model,
    period_id,
    from_stage,
    to_stage,
    cast(hours_from as decimal(18, 2)) as hours_from,
    cast(hours_to as decimal(18, 2)) as hours_to,
    cast(revenue_from as decimal(18, 2)) as revenue_from,
    cast(revenue_to as decimal(18, 2)) as revenue_to,
    cast(cost_from as decimal(18, 2)) as cost_from,
    cast(cost_to as decimal(18, 2)) as cost_to,
    margin_from,
    cast(volume_effect as decimal(18, 2)) as volume_effect,
    cast(hours_effect - volume_effect as decimal(18, 2)) as mix_effect,
    cast(bill_rate_effect as decimal(18, 2)) as bill_rate_effect,
    cast(case when has_hours then margin_to - margin_from - hours_effect - bill_rate_effect else 0 end as decimal(18, 2))
        as cost_rate_effect,
    cast(case when has_hours then 0 else margin_to - margin_from end as decimal(18, 2)) as unexplained_effect,
    margin_to
from effects
