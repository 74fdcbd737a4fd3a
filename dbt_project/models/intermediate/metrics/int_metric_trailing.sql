-- Services revenue of the time before each period's end: the mean month of the last three closed periods, and the sum
-- of twelve months. A period that is still open never counts as one of the three.
{%- set length = days_apart('earlier.start_date', 'earlier.end_date') ~ ' + 1' %}
with revenue as (
    select
        basis, period_id, legal_entity_key, region, practice, customer_key, project_key, billing_model,
        sum(amount_group) as amount
    from {{ ref('int_metric_money') }}
    where flow = 'revenue' and revenue_stream = 'services'
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

periods as (
    select
        periods.*,
        build.build_date <= periods.end_date as is_running
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_today') }} as build
        on periods.legal_entity_key = build.legal_entity_key and build.build_date >= periods.start_date
),

reached as (
    select
        periods.legal_entity_key,
        periods.period_id,
        periods.is_running,
        earlier.period_id as revenue_period_id,
        earlier.status = 'closed' as is_closed,
        -- of 28 to 35 days: a month, of four or five weeks too; any other length counts by its days. In 365ths
        case when {{ length }} between 28 and 35 then 365 else ({{ length }}) * 12 end as month_length,
        {{ is_within_a_year('earlier.start_date', 'earlier.end_date', 'periods.end_date') }} as is_within_a_year,
        sum(case when earlier.status = 'closed' then 1 else 0 end) over (
            partition by periods.legal_entity_key, periods.period_id
            order by earlier.end_date desc rows unbounded preceding
        ) as closed_periods
    from periods
    inner join periods as earlier
        on
            periods.legal_entity_key = earlier.legal_entity_key
            and earlier.end_date <= periods.end_date
),

counted as (
    select
        reached.*,
        is_closed and closed_periods <= 3 as is_in_mean,
        sum(case when is_closed and closed_periods <= 3 then month_length end)
            over (partition by legal_entity_key, period_id) as length_of_mean
    from reached
)

select
    revenue.basis,
    counted.period_id,
    revenue.legal_entity_key,
    revenue.region,
    revenue.practice,
    cast(null as string) as role,
    revenue.customer_key,
    revenue.project_key,
    revenue.billing_model,
    coalesce(
        {{ divide(
            'sum(case when counted.is_in_mean then revenue.amount else 0 end) * 365', 'max(counted.length_of_mean)', 2
        ) }}, 0
    ) as mean_revenue,
    cast(sum(case when counted.is_within_a_year then revenue.amount else 0 end) as decimal(18, 2)) as revenue_of_a_year,
    counted.is_running
from revenue
inner join counted
    on
        revenue.legal_entity_key = counted.legal_entity_key
        and revenue.period_id = counted.revenue_period_id
group by 1, 2, 3, 4, 5, 7, 8, 9, 12
