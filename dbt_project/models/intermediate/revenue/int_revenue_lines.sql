-- A line without a project is recognized all the same, under the unmapped project.
with lines as (
    select * from {{ ref('int_contract_lines') }}
    where {{ in_force('contract_status') }}
),

projects as (
    select * from {{ ref('int_projects') }}
),

entities as (
    select * from {{ ref('int_legal_entities') }}
)

select
    lines.contract_line_key,
    lines.source_system,
    lines.contract_line_id,
    lines.contract_key,
    lines.contract_status,
    case when lines.contract_status = 'terminated' then coalesce(contracts.end_date, endings.ended_on) end as ended_on,
    case when lines.project_key = 'none' then 'unmapped' else lines.project_key end as project_key,
    lines.project_key as named_project_key,
    lines.customer_key,
    lines.legal_entity_key,
    coalesce(entities.region, 'none') as region,
    coalesce(projects.practice, 'none') as practice,
    entities.functional_currency,
    lines.billing_model,
    lines.recognition_method,
    lines.currency,
    lines.end_date,
    lines.signed_date,
    case when lines.recognition_method = 'ratable' or lines.billing_model = 'subscription' then 'recurring'
        else 'services' end as revenue_stream,
    {{ local_date('build.build_time', "coalesce(entities.time_zone, 'UTC')") }} as known_to_date,
    lines._batch_id
from lines
cross join {{ ref('int_build') }} as build
left join projects on lines.project_key = projects.project_key
left join entities on lines.legal_entity_key = entities.legal_entity_key
left join {{ ref('int_contracts') }} as contracts on lines.contract_key = contracts.contract_key
left join {{ ref('int_contract_endings') }} as endings on lines.contract_key = endings.contract_key
