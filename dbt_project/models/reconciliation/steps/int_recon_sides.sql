-- Both sides of each cell of the bridge by transaction currency: one pass over the ledger for all totals.

select
    flow,
    legal_entity_key,
    coalesce(project_key, 'none') as project_key,
    coalesce(period_id, 'none') as period_id,
    -- an entry without a rate has no currency either
    coalesce(currency, 'none') as currency,
    {%- for amount in ['transaction', 'functional', 'group'] %}
    coalesce(sum(amount_{{ amount }}) filter (where basis = 'operational'), 0) as operational_{{ amount }},
    coalesce(sum(amount_{{ amount }}) filter (where basis = 'finance_posted'), 0) as posted_{{ amount }},
    {%- endfor %}
    coalesce(sum(hours) filter (where basis = 'operational'), 0) as operational_hours,
    coalesce(sum(hours) filter (where basis = 'finance_posted'), 0) as posted_hours,
    count(*) filter (where amount_functional is null or amount_group is null) as rows_without_rate
from {{ ref('fct_project_ledger') }}
group by
    flow, legal_entity_key, coalesce(project_key, 'none'), coalesce(period_id, 'none'), coalesce(currency, 'none')
