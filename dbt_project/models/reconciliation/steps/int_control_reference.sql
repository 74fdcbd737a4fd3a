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

-- told by worker; of somebody unknown only the record itself can be named
unpriced as (

    select
        *,
        case when worker_key = 'unmapped' then source_entity else 'worker' end as subject_type,
        case when worker_key = 'unmapped' then source_system else 'canonical' end as subject_system,
        case when worker_key = 'unmapped' then source_id else coalesce(worker_key, 'none') end as subject_id
    from {{ ref('fct_project_ledger') }}
    where amount_transaction is null or amount_functional is null or amount_group is null

)

select
    'ambiguous_contract_line' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    'project' as subject_type,
    'canonical' as subject_system,
    project_key as subject_id,
    sum(amount_group) as amount_group,
    cast(null as timestamp with time zone) as breached_at,
    cast(count(*) as varchar) || ' records name no contract line, and several could take them' as detail
from ambiguous
group by legal_entity_key, project_key, period_id

union all

select
    'missing_rate',
    flow,
    legal_entity_key,
    project_key,
    period_id,
    subject_type,
    subject_system,
    subject_id,
    cast(null as decimal(18, 2)),
    null,
    {{ counted('count(*)', 'row has no ', 'rows have no ') }}
    || case
        when bool_or(amount_transaction is null) and flow = 'intercompany'
            then 'intercompany rule in force between the two entities, or no rate that it prices by'
        when bool_or(amount_transaction is null) then 'cost or bill rate'
        when bool_or(amount_functional is null) then 'daily exchange rate to ' || coalesce(min(functional_currency), '?')
        else 'average exchange rate to the group currency'
    end
from unpriced
group by flow, legal_entity_key, project_key, period_id, subject_type, subject_system, subject_id
