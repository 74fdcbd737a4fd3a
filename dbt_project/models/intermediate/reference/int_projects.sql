with recursive members as (
    select * from {{ ref('int_members') }}
    where entity_type = 'project'
),

resolved as (
    select
        members.key as project_key,
        projects.source_system,
        projects.project_id,
        projects.project_code,
        coalesce(projects.name, members.key) as name,
        {{ resolved_key('projects.parent_project_id', 'parents') }} as parent_project_key,
        {{ resolved_key('projects.legal_entity_id', 'entities') }} as legal_entity_key,
        {{ resolved_key('projects.customer_id', 'customers') }} as customer_key,
        {{ resolved_key('projects.contract_id', 'contracts') }} as contract_key,
        {{ resolved_key('projects.project_manager_id', 'managers') }} as project_manager_key,
        coalesce(projects.practice, 'none') as practice,
        projects.billing_model,
        projects.status,
        projects.currency,
        projects.start_date,
        projects.end_date,
        projects.provisioned_at,
        coalesce(projects.is_deleted, false) as is_deleted,
        projects._batch_id
    from members
    cross join {{ ref('int_build') }} as build
    left join {{ ref('stg_psa__projects') }} as projects
        on
            members.source_system = projects.source_system
            and members.source_id = projects.project_id
    {{ resolve_join('project', 'parents', 'projects.source_system', 'projects.parent_project_id', 'build.build_date') }}
    {{ resolve_join('legal_entity', 'entities', 'projects.source_system', 'projects.legal_entity_id', 'build.build_date') }}
    {{ resolve_join('customer', 'customers', 'projects.source_system', 'projects.customer_id', 'build.build_date') }}
    {{ resolve_join('contract', 'contracts', 'projects.source_system', 'projects.contract_id', 'build.build_date') }}
    {{ resolve_join('employee', 'managers', 'projects.source_system', 'projects.project_manager_id', 'build.build_date') }}
),

climb as (
    select
        project_key,
        project_key as ancestor_key,
        0 as depth
    from resolved
    union all
    select
        climb.project_key,
        resolved.parent_project_key as ancestor_key,
        climb.depth + 1 as depth
    from climb
    inner join resolved on climb.ancestor_key = resolved.project_key
    -- a parent that is its own descendant must not climb for ever
    where
        climb.depth < 20
        and resolved.parent_project_key not in ('none', 'unmapped')
),

roots as (
    select
        project_key,
        max_by(ancestor_key, depth) as root_project_key,
        max(depth) as depth
    from climb
    group by project_key
)

select
    resolved.*,
    roots.root_project_key,
    roots.depth as tree_depth
from resolved
inner join roots on resolved.project_key = roots.project_key
