with build as (
    select * from {{ ref('int_build') }}
),

stated as (
    select
        from_currency,
        to_currency,
        rate_date,
        rate_type,
        max_by(rate, (updated_at, source_system)) as rate
    from {{ ref('stg_erp__fx_rates') }}
    where
        rate_type in ('average', 'closing')
        and not is_deleted
        and rate > 0
    group by from_currency, to_currency, rate_date, rate_type
),

currencies as (
    select from_currency as currency from {{ ref('int_fx_daily') }}
    union
    select from_currency from stated
    union
    select to_currency from stated
    union
    select functional_currency from {{ ref('int_legal_entities') }} where functional_currency is not null
    union
    select group_currency from build
),

periods as (
    select
        periods.legal_entity_key,
        periods.period_id,
        periods.start_date,
        periods.end_date,
        coalesce(periods.status, 'open') <> 'closed' as is_open,
        -- A period that has not begun is translated at the newest rate there is. A rate belongs to no entity: its day is the
        -- build's, so that two books value one contract at one rate while only one of them has passed midnight.
        least(periods.end_date, build.build_date) as newest_day
    from {{ ref('int_periods') }} as periods
    cross join build
),

windows as (
    select distinct
        start_date,
        end_date,
        newest_day
    from periods
),

means as (
    select
        windows.start_date,
        windows.end_date,
        windows.newest_day,
        daily.from_currency,
        {{ divide('sum(daily.rate)', 'count(*)') }} as rate
    from windows
    cross join build
    inner join {{ ref('int_fx_daily') }} as daily
        on
            daily.to_currency = build.group_currency
            and daily.valid_from >= windows.start_date
            and daily.valid_from <= windows.newest_day
    group by windows.start_date, windows.end_date, windows.newest_day, daily.from_currency
),

quoted as (
    select
        periods.legal_entity_key,
        periods.period_id,
        currencies.currency as from_currency,
        build.group_currency as to_currency,
        periods.is_open,
        currencies.currency = build.group_currency as is_same,
        coalesce(average.rate, {{ divide('1', 'average_back.rate') }}) as stated_average,
        coalesce(closing.rate, {{ divide('1', 'closing_back.rate') }}) as stated_closing,
        coalesce(means.rate, newest.rate) as running_average,
        newest.rate as running_closing
    from periods
    cross join currencies
    cross join build
    left join stated as average
        on
            currencies.currency = average.from_currency
            and build.group_currency = average.to_currency
            and periods.end_date = average.rate_date
            and average.rate_type = 'average'
    left join stated as average_back
        on
            build.group_currency = average_back.from_currency
            and currencies.currency = average_back.to_currency
            and periods.end_date = average_back.rate_date
            and average_back.rate_type = 'average'
    left join stated as closing
        on
            currencies.currency = closing.from_currency
            and build.group_currency = closing.to_currency
            and periods.end_date = closing.rate_date
            and closing.rate_type = 'closing'
    left join stated as closing_back
        on
            build.group_currency = closing_back.from_currency
            and currencies.currency = closing_back.to_currency
            and periods.end_date = closing_back.rate_date
            and closing_back.rate_type = 'closing'
    left join means
        on
            periods.start_date = means.start_date
            and periods.end_date = means.end_date
            and periods.newest_day = means.newest_day
            and currencies.currency = means.from_currency
    left join {{ ref('int_fx_days') }} as newest
        on
            currencies.currency = newest.from_currency
            and build.group_currency = newest.to_currency
            and periods.newest_day = newest.rate_date
)

select
    legal_entity_key,
    period_id,
    from_currency,
    to_currency,
    cast(
        case when is_same then 1 when is_open then coalesce(stated_average, running_average) else stated_average end
        as decimal(18, 8)
    ) as average_rate,
    cast(
        case when is_same then 1 when is_open then coalesce(stated_closing, running_closing) else stated_closing end
        as decimal(18, 8)
    ) as closing_rate,
    is_open and not is_same and stated_average is null as is_provisional
from quoted
