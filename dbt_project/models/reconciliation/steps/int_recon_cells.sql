-- What each open group holds in each entity, project and period: the cells that the bridge must close. Hours are
-- only those that both sides state; what one side leaves unsaid, or no rate prices, is `untold_hours`.

with matched as (

    select * from {{ ref('int_recon_matched') }}

),

duplicates as (

    select * from {{ ref('int_recon_duplicates') }}

),

compared as (

    select match_key, is_hours_told from {{ ref('int_recon_compared') }}

),

marked as (

    select
        matched.*,
        compared.is_hours_told,
        duplicates.ledger_id is not null as is_duplicate,
        matched.basis = 'operational' as is_operational,
        matched.basis = 'finance_posted' and duplicates.ledger_id is null as is_live
    from matched
    left join duplicates on matched.ledger_id = duplicates.ledger_id
    left join compared on matched.match_key = compared.match_key

)

select
    match_key,
    legal_entity_key,
    coalesce(project_key, 'none') as project_key,
    coalesce(period_id, 'none') as period_id,
    min(flow) as flow,
    min(match_kind) as match_kind,
    max(functional_currency) as functional_currency,
    min(currency) as currency,
    count(*) filter (where is_operational) as operational_count,
    count(*) filter (where is_live) as posted_count,
    count(*) filter (where is_duplicate) as duplicate_count,
    {%- for amount in ['transaction', 'functional', 'group'] %}
    coalesce(sum(amount_{{ amount }}) filter (where is_operational), 0) as operational_{{ amount }},
    coalesce(sum(amount_{{ amount }}) filter (where is_live), 0) as posted_{{ amount }},
    coalesce(sum(amount_{{ amount }}) filter (where is_duplicate), 0) as duplicate_{{ amount }},
    {%- endfor %}
    coalesce(sum(hours) filter (where is_operational and is_hours_told), 0) as operational_hours,
    coalesce(sum(hours) filter (where is_live and is_hours_told), 0) as posted_hours,
    coalesce(sum(hours) filter (where is_duplicate), 0) as duplicate_hours,
    coalesce(sum(case when is_operational then hours else -hours end) filter (
        where not is_duplicate and not is_hours_told
    ), 0) as untold_hours,
    min(work_period_id) filter (where is_operational) as work_period_id
from marked
group by match_key, legal_entity_key, coalesce(project_key, 'none'), coalesce(period_id, 'none')
