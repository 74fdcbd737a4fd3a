-- Grain: one row a completed milestone of a line that earns by milestone.
with milestones as (
    select * from {{ ref('stg_psa__milestones') }}
    where not is_deleted and status = 'completed' and completed_at is not null
),

lines as (
    select * from {{ ref('int_revenue_lines') }}
),

drafted as (
    select contract_line_key as drafted_line_key
    from {{ ref('int_contract_lines') }}
    where not {{ in_force('contract_status') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

-- A milestone that names no line belongs to the project's only line that milestones can earn.
only_lines as (
    select
        project_key,
        min(contract_line_key) as contract_line_key,
        count(*) as line_count
    from lines
    where recognition_method = 'milestone'
    group by project_key
),

resolved as (
    select
        milestones.*,
        {{ resolved_key('milestones.project_id', 'project_ids') }} as project_key,
        {{ resolved_key('milestones.contract_line_id', 'line_ids') }} as named_line_key
    from milestones
    {{ resolve_join('project', 'project_ids', 'milestones.source_system', 'milestones.project_id', 'cast(milestones.completed_at as date)') }}
    {{ resolve_join('contract_line', 'line_ids', 'milestones.source_system', 'milestones.contract_line_id', 'cast(milestones.completed_at as date)') }}
),

placed as (
    select
        resolved.*,
        case
            when resolved.named_line_key <> 'none' then resolved.named_line_key
            when only_lines.line_count = 1 then only_lines.contract_line_key
            when only_lines.line_count > 1 then 'unmapped'
            else 'none'
        end as contract_line_key
    from resolved
    left join only_lines on resolved.project_key = only_lines.project_key
)

select
    'milestone' as origin_type,
    placed.source_system,
    placed.milestone_id as origin_id,
    coalesce(projects.legal_entity_key, lines.legal_entity_key, 'unmapped') as legal_entity_key,
    placed.project_key,
    placed.contract_line_key,
    coalesce(projects.customer_key, lines.customer_key, 'none') as customer_key,
    coalesce(projects.practice, lines.practice, 'none') as practice,
    coalesce(lines.billing_model, projects.billing_model) as billing_model,
    coalesce(lines.recognition_method, projects.billing_model) = 'milestone'
    and drafted.drafted_line_key is null as is_earned,
    {{ local_date('placed.completed_at', "coalesce(entities.time_zone, 'UTC')") }} as transaction_date,
    coalesce(placed.first_completed_at, placed.completed_at) as first_completed_at,
    placed.completed_at,
    placed.currency,
    placed.amount,
    {{ unmapped_members({'project': 'placed.project_key', 'contract_line': 'placed.named_line_key'}) }}
        as unmapped_members,
    placed._batch_id,
    placed._file,
    placed._row
from placed
left join lines on placed.contract_line_key = lines.contract_line_key
left join drafted on placed.contract_line_key = drafted.drafted_line_key
left join projects on placed.project_key = projects.project_key
left join entities on coalesce(projects.legal_entity_key, lines.legal_entity_key) = entities.legal_entity_key
