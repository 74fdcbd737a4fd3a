-- Open differences that someone must act on: what is still within its SLA, within tolerance or an accrual
-- on its way back is none.
select
    coalesce(items.period_id, 'none') as period_id,
    items.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    cast(null as string) as role,
    coalesce(projects.customer_key, 'none') as customer_key,
    coalesce(items.project_key, 'none') as project_key,
    coalesce(projects.billing_model, 'none') as billing_model,
    count(*) as open_items,
    cast(sum(coalesce(abs(items.difference_group), 0)) as decimal(18, 2)) as open_amount
from {{ ref('recon_item') }} as items
left join {{ ref('int_projects') }} as projects on items.project_key = projects.project_key
left join {{ ref('int_legal_entities') }} as entities on items.legal_entity_key = entities.legal_entity_key
where items.status = 'open' and items.category not in ('rounding', 'awaiting_posting', 'accrual', 'translation_difference')
group by 1, 2, 3, 4, 6, 7, 8
