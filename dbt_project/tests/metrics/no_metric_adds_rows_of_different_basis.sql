-- A metric is given on the bases of its catalogue entry and on no other, and a ratio never lacks its
-- denominator column, so that no roll-up can average it.
select
    rows_of.metric_id,
    rows_of.basis
from (
    select
        metric_id,
        basis,
        count(denominator) as denominators,
        count(*) as rows_found
    from {{ ref('fct_metric') }}
    group by metric_id, basis
) as rows_of
left join {{ ref('dim_metric') }} as metrics
    on
        rows_of.metric_id = metrics.metric_id
        and rows_of.basis = metrics.basis
where
    metrics.metric_id is null
    or (metrics.is_ratio and rows_of.denominators <> rows_of.rows_found)
    or (not metrics.is_ratio and rows_of.denominators <> 0)
