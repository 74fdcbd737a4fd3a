-- Unbilled work less deferred revenue of the metrics is the closing of the roll-forward, in every period; and every
-- roll-forward row adds up, to one value where the books are kept in group currency. Contracts that stand in two books are rounded twice, so cents are left to them.
with rolled as (
    select
        basis,
        period_id,
        sum(closing_group) as closing,
        sum(
            opening_functional + recognized_functional - billed_functional - written_off_functional
            + translation_functional - closing_functional
        ) as open_functional,
        sum(case when functional_currency = build.group_currency then abs(closing_functional - closing_group) else 0 end)
            as two_values,
        sum(opening_group + recognized_group - billed_group - written_off_group + translation_group - closing_group)
            as open_group,
        count(*) as rows_rolled
    from {{ ref('fct_wip_rollforward') }}
    cross join {{ ref('int_build') }} as build
    group by basis, period_id
),

metrics as (
    select
        basis,
        period_id,
        sum(case when metric_id = 'wip_unbilled' then numerator else -numerator end) as closing
    from {{ ref('fct_metric') }}
    where metric_id in ('wip_unbilled', 'deferred_revenue')
    group by basis, period_id
)

select
    rolled.*,
    metrics.closing as metric_closing
from rolled
left join metrics
    on
        rolled.basis = metrics.basis
        and rolled.period_id = metrics.period_id
where
    rolled.open_functional <> 0
    or rolled.open_group <> 0
    or rolled.two_values <> 0
    or abs(rolled.closing - coalesce(metrics.closing, 0)) > 0.01 * rolled.rows_rolled
