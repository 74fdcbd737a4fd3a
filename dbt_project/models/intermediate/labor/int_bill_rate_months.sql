select
    rates.project_key,
    rates.worker_key,
    rates.role,
    {{ months_of('rates.valid_from', 'rates.valid_to', 'horizon') }} as month,
    rates.valid_from,
    rates.valid_to,
    rates.hourly_rate,
    rates.currency
from {{ ref('int_bill_rates') }} as rates
cross join {{ ref('int_horizon') }} as horizon
where
    rates.valid_from <= horizon.last_day
    and rates.valid_to > horizon.first_day
