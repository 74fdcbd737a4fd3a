{{ config(
    materialized='keyed', key=['source_system', 'gl_line_id'], touched='int_touched_gl_lines',
    moves={'group_rate': 'rates.average_rate', 'is_group_rate_provisional': 'rates.is_provisional'}
) }}

with lines as (
    select * from {{ ref('int_gl_lines_current') }} as current_lines
    {{ touched_only('int_touched_gl_lines', ['source_system', 'gl_line_id'], 'current_lines') }}
),

unbalanced as (
    select * from {{ ref('int_gl_journals_unbalanced') }}
),

systems as (
    select * from {{ ref('int_origin_systems') }}
),

instances as (
    select * from {{ ref('int_origin_instances') }}
),

chains as (
    select * from {{ ref('int_gl_reversal_chains') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

balanced as (
    select lines.*
    from lines
    left join unbalanced
        on
            lines.source_system = unbalanced.source_system
            and lines.legal_entity_id = unbalanced.legal_entity_id
            and lines.journal_id = unbalanced.journal_id
    where unbalanced.journal_id is null
),

resolved as (
    select
        balanced.*,
        {{ resolved_key('balanced.legal_entity_id', 'entity_map') }} as legal_entity_key,
        {{ resolved_key('balanced.counterparty_entity_id', 'counterparty_map') }} as counterparty_entity_key,
        {{ resolved_key('balanced.project_id', 'project_map') }} as project_key,
        {{ resolved_key('balanced.employee_id', 'worker_map') }} as worker_key,
        {{ resolved_key('balanced.customer_id', 'customer_map') }} as customer_key,
        {{ resolved_key('balanced.contract_line_id', 'contract_line_map') }} as contract_line_key,
        {{ resolved_key('balanced.account_id', 'account_map') }} as account_key
    from balanced
    {%- for entity_type, alias, column in [
        ('legal_entity', 'entity_map', 'legal_entity_id'),
        ('legal_entity', 'counterparty_map', 'counterparty_entity_id'),
        ('project', 'project_map', 'project_id'),
        ('employee', 'worker_map', 'employee_id'),
        ('customer', 'customer_map', 'customer_id'),
        ('contract_line', 'contract_line_map', 'contract_line_id'),
        ('account', 'account_map', 'account_id'),
    ] %}
    {{ resolve_join(entity_type, alias, 'balanced.source_system', 'balanced.' ~ column, 'balanced.posting_date') }}
    {%- endfor %}
),

classified as (
    select
        resolved.*,
        entities.functional_currency,
        entities.region,
        case
            when resolved.counterparty_entity_id is not null and resolved.is_profit_and_loss then 'intercompany'
            when resolved.account_class <> 'payroll_cost' then resolved.class_flow
            -- where labor is costed at what was paid, payroll that names a project is its labor
            when entities.labor_costing = 'actual' and resolved.project_id is not null then 'labor_cost'
        end as flow
    from resolved
    left join entities
        on resolved.legal_entity_key = entities.legal_entity_key
)

select
    classified.source_system,
    classified.gl_line_id,
    classified.journal_id,
    coalesce(classified.posting_event_id, classified.journal_id) as posting_event_id,
    classified.legal_entity_key,
    classified.counterparty_entity_key,
    classified.project_key,
    classified.worker_key,
    classified.customer_key,
    classified.contract_line_key,
    classified.account_key,
    classified.account_class,
    classified.region,
    classified.flow,
    case when classified.flow in ('revenue', 'intercompany') then -1 else 1 end as flow_sign,
    classified.period_id,
    classified.posting_date,
    classified.posted_at,
    classified.amount,
    classified.currency,
    classified.functional_amount,
    classified.functional_currency,
    group_rates.average_rate as group_rate,
    group_rates.is_provisional as is_group_rate_provisional,
    classified.quantity,
    classified.origin_type,
    coalesce(classified.origin_system, systems.sole_system, instances.source_system) as origin_system,
    classified.origin_id,
    classified.correlation_id,
    classified.reverses_gl_line_id,
    classified.source_system || ':' || coalesce(chains.root_gl_line_id, classified.gl_line_id) as reversal_chain_id,
    classified._batch_id,
    classified._file,
    classified._row
from classified
{{ group_rate_join(
    'group_rates', 'classified.legal_entity_key', 'classified.period_id', 'classified.functional_currency'
) }}
left join chains
    on
        classified.source_system = chains.source_system
        and classified.gl_line_id = chains.gl_line_id
left join systems
    on classified.origin_type = systems.origin_type
left join instances
    on
        classified.origin_type = instances.origin_type
        and classified.origin_id = instances.origin_id
