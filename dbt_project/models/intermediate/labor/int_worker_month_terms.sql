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
    coalesce(assignments.worker_assignment_key, 'none') as employment,
    assignments.legal_entity_key,
    assignments.practice,
    assignments.role,
    assignments.serves_entity_key,
    case when own_rates.worker_key is null then cost_rates.hourly_cost else own_rates.hourly_cost end as hourly_cost,
    case when own_rates.worker_key is null then cost_rates.currency else own_rates.currency end as cost_currency
from pieces
cross join {{ ref('int_horizon') }} as horizon
left join {{ ref('int_worker_assignments') }} as assignments
    on
        pieces.worker_key = assignments.worker_key
        and pieces.valid_from >= assignments.valid_from
        and pieces.valid_from < assignments.valid_to
        and coalesce(assignments.serves_entity_key, 'any') <> ''
left join {{ ref('int_cost_rates') }} as cost_rates
    on
        pieces.worker_key = cost_rates.worker_key
        and pieces.valid_from >= cost_rates.valid_from
        and pieces.valid_from < cost_rates.valid_to
        and cost_rates.rated_by = 'any'
left join {{ ref('int_cost_rates') }} as own_rates
    on
        pieces.worker_key = own_rates.worker_key
        and pieces.valid_from >= own_rates.valid_from
        and pieces.valid_from < own_rates.valid_to
        and own_rates.rated_by = assignments.source_system
        and assignments.is_side_by_side
where
    pieces.valid_to is not null
    and pieces.valid_from <= horizon.last_day
    and pieces.valid_to > horizon.first_day
