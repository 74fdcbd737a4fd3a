with edges as (
    select worker_key, valid_from as edge from {{ ref('int_worker_assignments') }}
    union
    select worker_key, valid_to from {{ ref('int_worker_assignments') }}
    union
    select worker_key, valid_from from {{ ref('int_cost_rates') }}
    union
    select worker_key, valid_to from {{ ref('int_cost_rates') }}
),

pieces as (
    select
        worker_key,
        edge as valid_from,
        lead(edge) over (partition by worker_key order by edge) as valid_to
    from edges
)

-- the look-up of seven million entries joins on worker and month, and so meets one row, seldom two
select
    pieces.worker_key,
    {{ months_of('pieces.valid_from', 'pieces.valid_to', 'horizon') }} as month,
    pieces.valid_from,
    pieces.valid_to,
    assignments.worker_assignment_key,
    assignments.legal_entity_key,
    assignments.practice,
    assignments.role,
    cost_rates.hourly_cost,
    cost_rates.currency as cost_currency
from pieces
cross join {{ ref('int_horizon') }} as horizon
left join {{ ref('int_worker_assignments') }} as assignments
    on
        pieces.worker_key = assignments.worker_key
        and pieces.valid_from >= assignments.valid_from
        and pieces.valid_from < assignments.valid_to
left join {{ ref('int_cost_rates') }} as cost_rates
    on
        pieces.worker_key = cost_rates.worker_key
        and pieces.valid_from >= cost_rates.valid_from
        and pieces.valid_from < cost_rates.valid_to
where
    pieces.valid_to is not null
    and pieces.valid_from <= horizon.last_day
    and pieces.valid_to > horizon.first_day
