with amendments as (
    select
        members.key as contract_line_key,
        lines.*,
        max(lines.amendment_no) over (
            partition by members.key
            order by lines.effective_date, lines.amendment_no
            rows between unbounded preceding and current row
        ) as highest_so_far,
        min(lines.signed_date) over (partition by members.key) as first_signed_date,
        row_number() over (
            partition by members.key, lines.effective_date
            order by lines.amendment_no desc
        ) as rank_of_day
    from {{ ref('int_members') }} as members
    inner join {{ ref('stg_crm__contract_lines') }} as lines
        on
            members.source_system = lines.source_system
            and members.source_id = lines.contract_line_id
    where
        members.entity_type = 'contract_line'
        and not lines.is_deleted
),

in_force as (
    -- an amendment that takes force after a higher one never counts
    select
        *,
        lead(effective_date, 1, {{ open_end() }}) over (
            partition by contract_line_key
            order by effective_date
        ) as effective_to
    from amendments
    where
        amendment_no = highest_so_far
        and rank_of_day = 1
)

select
    lines.contract_line_key,
    lines.amendment_no,
    lines.source_system,
    lines.contract_line_id,
    {{ resolved_key('lines.contract_id', 'contract_ids') }} as contract_key,
    {{ resolved_key('lines.project_id', 'project_ids') }} as project_key,
    coalesce(nullif(contracts.customer_key, 'none'), projects.customer_key, 'unmapped') as customer_key,
    coalesce(projects.legal_entity_key, contracts.legal_entity_key, 'unmapped') as legal_entity_key,
    lines.billing_model,
    lines.recognition_method,
    lines.amount,
    coalesce(contracts.currency, projects.currency) as currency,
    lines.start_date,
    lines.end_date,
    lines.effective_date as effective_from,
    lines.effective_to,
    coalesce(
        lines.modification_type,
        case when lines.recognition_method = 'percent_complete' then 'cumulative_catch_up' else 'prospective' end
    ) as modification_type,
    lines.cap_includes_expenses,
    lines.bundle_id,
    lines.standalone_price,
    lines.signed_date,
    lines.first_signed_date,
    contracts.status as contract_status,
    lines._batch_id
from in_force as lines
{{ resolve_join('contract', 'contract_ids', 'lines.source_system', 'lines.contract_id', 'lines.effective_date') }}
{{ resolve_join('project', 'project_ids', 'lines.source_system', 'lines.project_id', 'lines.effective_date') }}
left join {{ ref('int_contracts') }} as contracts on contract_ids.key = contracts.contract_key
left join {{ ref('int_projects') }} as projects on project_ids.key = projects.project_key
