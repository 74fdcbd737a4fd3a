-- What was signed in a period: additions to the amounts of services lines.
select
    period_id,
    legal_entity_key,
    region,
    practice,
    cast(null as string) as role,
    customer_key,
    project_key,
    billing_model,
    count(*) as signatures,
    cast(sum(amount_group) as decimal(18, 2)) as amount_group
from {{ ref('int_signatures') }}
group by 1, 2, 3, 4, 6, 7, 8
