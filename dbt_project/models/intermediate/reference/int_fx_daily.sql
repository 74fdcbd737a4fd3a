with quotes as (
    select
        from_currency,
        to_currency,
        rate_date,
        -- where two systems changed a rate at one moment, a rebuild must choose the same again
        max_by(rate, (updated_at, source_system)) as rate
    from {{ ref('stg_erp__fx_rates') }}
    where
        rate_type = 'daily'
        and not is_deleted
        and rate > 0
        and from_currency <> to_currency
    group by from_currency, to_currency, rate_date
),

ranges as (
    select
        from_currency,
        to_currency,
        rate_date as valid_from,
        lead(rate_date, 1, {{ open_end() }}) over (
            partition by from_currency, to_currency
            order by rate_date
        ) as valid_to,
        min(rate_date) over (partition by from_currency, to_currency) as first_date,
        rate
    from quotes
)

select
    from_currency,
    to_currency,
    valid_from,
    valid_to,
    cast(rate as decimal(18, 8)) as rate,
    false as is_reciprocal
from ranges
union all
select
    reverse.to_currency as from_currency,
    reverse.from_currency as to_currency,
    reverse.valid_from,
    least(reverse.valid_to, coalesce(direct.first_date, reverse.valid_to)) as valid_to,
    cast({{ divide('1', 'reverse.rate') }} as decimal(18, 8)) as rate,
    true as is_reciprocal
from ranges as reverse
left join (
    select distinct
        from_currency,
        to_currency,
        first_date
    from ranges
) as direct
    on
        reverse.to_currency = direct.from_currency
        and reverse.from_currency = direct.to_currency
where
    direct.first_date is null
    or reverse.valid_from < direct.first_date
