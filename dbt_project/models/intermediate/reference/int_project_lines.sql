with lines as (
    select * from {{ ref('int_contract_lines') }}
    where
        {{ in_force('contract_status') }}
        and billing_model <> 'subscription'
        and project_key not in ('none', 'unmapped')
)

select
    project_key,
    count(*) as candidate_count,
    case when count(*) = 1 then max(contract_line_key) end as contract_line_key
from lines
group by project_key
