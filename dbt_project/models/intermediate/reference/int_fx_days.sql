with reachable as (
    select
        rates.from_currency,
        rates.to_currency,
        rates.rate,
        greatest(rates.valid_from, horizon.first_day) as first_day,
        least({{ add_days('rates.valid_to', -1) }}, horizon.last_day) as last_day
    from {{ ref('int_fx_daily') }} as rates
    cross join {{ ref('int_horizon') }} as horizon
)

select
    from_currency,
    to_currency,
    {{ days_between('first_day', 'last_day') }} as rate_date,
    rate
from reachable
where first_day <= last_day
