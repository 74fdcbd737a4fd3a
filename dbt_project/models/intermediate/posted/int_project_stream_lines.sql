-- The project's only contract line of a revenue stream; a project with several has no row.
with lines as (
    select
        project_key,
        contract_line_key,
        billing_model
    from {{ ref('int_contract_lines') }}
    where {{ in_force('contract_status') }} and project_key not in ('none', 'unmapped')
),

candidates as (
    select
        project_key,
        contract_line_key,
        'recurring' as revenue_stream,
        1 as preference
    from lines
    where billing_model = 'subscription'

    union all

    select
        project_key,
        contract_line_key,
        'services' as revenue_stream,
        1 as preference
    from lines
    where billing_model <> 'subscription'

    union all

    -- Expenses are charged on a time and materials line; where there is none, on whatever services line.
    select
        project_key,
        contract_line_key,
        'reimbursable' as revenue_stream,
        case when billing_model = 'time_and_materials' then 1 else 2 end as preference
    from lines
    where billing_model <> 'subscription'
),

preferred as (
    select
        *,
        min(preference) over (partition by project_key, revenue_stream) as best
    from candidates
)

select
    project_key,
    revenue_stream,
    max(contract_line_key) as contract_line_key
from preferred
where preference = best
group by project_key, revenue_stream
having count(*) = 1
