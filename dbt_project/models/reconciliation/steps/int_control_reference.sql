-- Breaches in reference data and estimates: what names too much, too little, or nothing recent.

with ambiguous as (
{%- for model, amount in [['int_time_priced', 'cost_group'], ['int_expense_priced', 'amount_group']] %}
    select
        legal_entity_key,
        project_key,
        period_id,
        {{ amount }} as amount_group
    from {{ ref(model) }}
    where contract_line_is_ambiguous and not is_deleted and status in ('submitted', 'approved')
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
),

unpriced as (

    select *
    from {{ ref('fct_project_ledger') }}
    where amount_transaction is null or amount_functional is null or amount_group is null

),

estimates as (

    select
        stale.*,
        lines.legal_entity_key
    from {{ ref('int_revenue_cost_to_cost') }} as stale
    inner join {{ ref('int_contract_lines') }} as lines on stale.contract_line_key = lines.contract_line_key
    where stale.is_estimate_stale

),

endless as (

    select *
    from {{ ref('int_contract_lines') }}
    where end_date is null and recognition_method in ('straight_line', 'ratable')

)

select
    'ambiguous_contract_line' as rule,
    cast(null as {{ dbt.type_string() }}) as flow,
    legal_entity_key,
    project_key,
    period_id,
    'project' as subject_type,
    'canonical' as subject_system,
    project_key as subject_id,
    sum(amount_group) as amount_group,
    cast(null as timestamp with time zone) as breached_at,
    cast(count(*) as {{ dbt.type_string() }}) || ' records name no contract line, and several could take them' as detail
from ambiguous
group by legal_entity_key, project_key, period_id

union all

select
    'missing_rate',
    flow,
    legal_entity_key,
    project_key,
    period_id,
    'worker',
    'canonical',
    coalesce(worker_key, 'none'),
    cast(null as decimal(18, 2)),
    null,
    cast(count(*) as {{ dbt.type_string() }}) || ' rows have no '
    || case
        when bool_or(amount_transaction is null) then 'cost or bill rate'
        when bool_or(amount_functional is null) then 'daily exchange rate to ' || coalesce(min(functional_currency), '?')
        else 'average exchange rate to the group currency'
    end
from unpriced
group by flow, legal_entity_key, project_key, period_id, coalesce(worker_key, 'none')

union all

select
    'overlapping_rates',
    null,
    'none',
    null,
    'none',
    'cost_rate',
    'canonical',
    worker_key,
    null,
    null,
    'two cost rates in force from ' || cast(min(valid_from) as {{ dbt.type_string() }})
from {{ ref('int_cost_rates') }}
where is_overlapping
group by worker_key

union all

select
    'overlapping_rates',
    null,
    'none',
    project_key,
    'none',
    'bill_rate',
    'canonical',
    concat_ws('|', project_key, worker_key, role),
    null,
    null,
    'two bill rates in force from ' || cast(min(valid_from) as {{ dbt.type_string() }})
from {{ ref('int_bill_rates') }}
where is_overlapping
group by project_key, worker_key, role

union all

select
    'estimate_stale',
    null,
    legal_entity_key,
    project_key,
    period_id,
    'contract_line',
    'canonical',
    contract_line_key,
    null,
    null,
    stale_reason
from estimates

union all

select
    'missing_end_date',
    null,
    legal_entity_key,
    project_key,
    'none',
    'contract_line',
    'canonical',
    contract_line_key,
    null,
    null,
    'recognised by days and has no end date'
from endless
