-- Projects whose contract came from a won opportunity, in the period in which they were provisioned.
with won as (
    select
        contracts.contract_key,
        opportunities.closed_at
    from {{ ref('int_contracts') }} as contracts
    inner join {{ ref('stg_crm__opportunities') }} as opportunities
        on
            contracts.source_system = opportunities.source_system
            and contracts.opportunity_id = opportunities.opportunity_id
    where opportunities.is_won and not opportunities.is_deleted and opportunities.closed_at is not null
),

baselined as (
    select distinct {{ resolved_key('baselines.project_id', 'project_ids') }} as project_key
    from {{ ref('stg_psa__project_baselines') }} as baselines
    cross join {{ ref('int_build') }} as build
    {{ resolve_join('project', 'project_ids', 'baselines.source_system', 'baselines.project_id', 'build.build_date') }}
    where not baselines.is_deleted
),

provisioned as (
    select
        projects.*,
        coalesce(entities.region, 'none') as region,
        {{ seconds_apart('won.closed_at', 'projects.provisioned_at') }} as elapsed_seconds,
        {{ local_date('projects.provisioned_at', "coalesce(entities.time_zone, 'UTC')") }} as provisioned_on,
        projects.customer_key not in ('none', 'unmapped')
        and projects.billing_model is not null
        and baselined.project_key is not null as is_complete
    from {{ ref('int_projects') }} as projects
    inner join won on projects.contract_key = won.contract_key
    left join {{ ref('int_legal_entities') }} as entities on projects.legal_entity_key = entities.legal_entity_key
    left join baselined on projects.project_key = baselined.project_key
    where projects.provisioned_at is not null and not projects.is_deleted
)

select
    days.period_id,
    provisioned.legal_entity_key,
    provisioned.region,
    provisioned.practice,
    cast(null as string) as role,
    provisioned.customer_key,
    provisioned.project_key,
    provisioned.billing_model,
    count(*) as projects,
    sum(case when provisioned.is_complete then 1 else 0 end) as complete_projects,
    {{ divide('sum(provisioned.elapsed_seconds)', '86400', 6) }} as elapsed_days
from provisioned
{{ work_period_join('days', 'provisioned.legal_entity_key', 'provisioned.provisioned_on') }}
where days.period_id is not null
group by 1, 2, 3, 4, 6, 7, 8
