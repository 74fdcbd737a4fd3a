with breaches as (
{%- for family in [
    'postings', 'sources', 'changes', 'landings', 'journals', 'books', 'reference', 'terms', 'rates', 'bill_rates', 'exchange_rates',
    'contract_terms', 'estimates', 'adjustments', 'posted_changes', 'ground_changes',
] %}
    select rule, flow, legal_entity_key, project_key, period_id, subject_type, subject_system, subject_id, amount_group, breached_at, detail
    from {{ ref('int_control_' ~ family) }}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
),

rules as (

    select * from {{ ref('control_rule') }}

)

select
    md5(concat_ws(
        '|', breaches.rule, coalesce(breaches.flow, ''), breaches.legal_entity_key, coalesce(breaches.project_key, ''),
        breaches.period_id, breaches.subject_type, breaches.subject_system, breaches.subject_id
    )) as exception_id,
    breaches.rule,
    rules.owner,
    rules.severity,
    breaches.flow,
    breaches.legal_entity_key,
    breaches.project_key,
    breaches.period_id,
    breaches.subject_type,
    breaches.subject_system,
    breaches.subject_id,
    cast(breaches.amount_group as decimal(18, 2)) as amount_group,
    breaches.breached_at,
    breaches.detail
from breaches
left join rules on breaches.rule = rules.rule
