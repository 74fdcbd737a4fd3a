-- Both bases of a project's margin side by side, the one place where they meet: cross_basis by design.
with margins as (
    select
        period_id,
        legal_entity_key,
        region,
        practice,
        customer_key,
        project_key,
        billing_model,
        sum(case when basis = 'operational' then project_margin else 0 end) as operational,
        sum(case when basis = 'finance_posted' then project_margin else 0 end) as posted
    from {{ ref('int_metric_money') }}
    group by 1, 2, 3, 4, 5, 6, 7
)

select
    period_id,
    legal_entity_key,
    region,
    practice,
    cast(null as string) as role,
    customer_key,
    project_key,
    billing_model,
    cast(greatest(abs(operational), abs(posted)) - abs(operational - posted) as decimal(18, 2)) as agreed,
    cast(greatest(abs(operational), abs(posted)) as decimal(18, 2)) as larger
from margins
where operational <> 0 or posted <> 0
