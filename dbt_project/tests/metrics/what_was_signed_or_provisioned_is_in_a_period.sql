-- Every signature of a services line and every project provisioned for a won opportunity is counted once in some
-- period: what lies before the first one must not fall out. What is older than any calendar reaches was mistyped.
{%- set first_day = month_start(oldest_day('build.build_date')) %}
with expected as (
    select
        'signatures' as counted,
        count(*) as in_source
    from {{ ref('int_contract_line_terms') }} as terms
    inner join {{ ref('int_revenue_lines') }} as lines on terms.contract_line_key = lines.contract_line_key
    cross join {{ ref('int_build') }} as build
    where lines.revenue_stream = 'services' and terms.signed_date between {{ first_day }} and build.build_date
    union all
    select
        'projects' as counted,
        count(*) as in_source
    from {{ ref('int_projects') }} as projects
    left join {{ ref('int_legal_entities') }} as entities on projects.legal_entity_key = entities.legal_entity_key
    cross join {{ ref('int_build') }} as build
    cross join {{ ref('int_horizon') }} as horizon
    where
        not projects.is_deleted
        and {{ local_date('projects.provisioned_at', "coalesce(entities.time_zone, 'UTC')") }}
        between {{ first_day }} and horizon.last_day
        and projects.contract_key in (
            select contracts.contract_key
            from {{ ref('int_contracts') }} as contracts
            inner join {{ ref('stg_crm__opportunities') }} as opportunities
                on
                    contracts.source_system = opportunities.source_system
                    and contracts.opportunity_id = opportunities.opportunity_id
            where opportunities.is_won and not opportunities.is_deleted and opportunities.closed_at is not null
        )
),

given as (
    select
        'signatures' as counted,
        sum(signatures) as in_periods
    from {{ ref('int_metric_signed') }}
    union all
    select
        'projects' as counted,
        sum(projects) as in_periods
    from {{ ref('int_metric_provisioning') }}
)

select
    expected.*,
    given.in_periods
from expected
inner join given on expected.counted = given.counted
where expected.in_source <> coalesce(given.in_periods, 0)
