-- Every amount of the ledger reaches the metric that it belongs to, in each entity and period: what the
-- dimensions of a metric cannot name must not fall out of its total.
{%- set measures = [
    ('services_revenue', "flow = 'revenue' and revenue_stream = 'services'"),
    ('recurring_revenue', "flow = 'revenue' and revenue_stream = 'recurring'"),
    ('labor_cost', "flow = 'labor_cost'"),
    ('expense_cost', "flow = 'expense_cost'"),
    ('vendor_cost', "flow = 'vendor_cost'"),
] %}
with ledger as (
    {%- for metric, condition in measures %}
    select
        '{{ metric }}' as metric_id,
        basis,
        period_id,
        legal_entity_key,
        sum(amount_group) as amount
    from {{ ref('fct_project_ledger') }}
    where {{ condition }}
    group by basis, period_id, legal_entity_key
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

metrics as (
    select
        metric_id,
        basis,
        period_id,
        legal_entity_key,
        sum(numerator) as amount
    from {{ ref('fct_metric') }}
    group by metric_id, basis, period_id, legal_entity_key
)

select
    ledger.*,
    metrics.amount as metric_amount
from ledger
left join metrics
    on
        ledger.metric_id = metrics.metric_id
        and ledger.basis = metrics.basis
        and ledger.period_id = metrics.period_id
        and ledger.legal_entity_key = metrics.legal_entity_key
where coalesce(ledger.amount, 0) <> coalesce(metrics.amount, 0)
