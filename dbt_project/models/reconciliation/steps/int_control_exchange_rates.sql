-- Exchange rates that were changed after a close, or came only then, though the closed period is translated by them:
-- daily rates on the days of its foreign amounts, average and closing rates of the period itself.

with landed as ({{ landed_versions('fx_rate') }}),

rates as (

    select
        *,
        least(from_currency, to_currency) as first_of_pair,
        greatest(from_currency, to_currency) as second_of_pair
    from landed
    where from_currency <> to_currency

),

-- what closed figures are translated by: any quote up to the day may be the newest of a pair, in either direction
used as (

    select distinct
        ledger.legal_entity_key,
        ledger.period_id,
        'daily' as rate_type,
        ledger.currency as one_currency,
        ledger.functional_currency as other_currency,
        coalesce(invoiced.invoice_date, ledger.transaction_date) as day
    from {{ ref('fct_project_ledger') }} as ledger
    left join {{ ref('int_invoice_dates') }} as invoiced
        -- as one of the keys: a condition on the left side alone would compare every pair of rows
        on
            case when ledger.flow = 'billing' then ledger.origin_id end = invoiced.origin_id
            and ledger.origin_type = invoiced.origin_type
            and ledger.origin_system = invoiced.origin_system
    where ledger.basis = 'operational' and ledger.currency <> ledger.functional_currency

    union all

    select
        periods.legal_entity_key,
        periods.period_id,
        stated.rate_type,
        entities.functional_currency,
        build.group_currency,
        periods.end_date
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_legal_entities') }} as entities on periods.legal_entity_key = entities.legal_entity_key
    inner join {{ ref('int_build') }} as build on entities.functional_currency <> build.group_currency
    cross join (values ('average'), ('closing')) as stated (rate_type)

),

-- what is invoiced later takes its invoice date's rate then, which is no change of what was closed
told as (
    {{ around_close(
        'used', 'rates',
        thing=['rate_type', 'one_currency', 'other_currency', 'day'],
        record=['from_currency', 'rate_date'],
        carried=['from_currency', 'rate_date', 'rate'],
        fits='stood.rate_type = versions.rate_type'
        ~ ' and least(stood.one_currency, stood.other_currency) = versions.first_of_pair'
        ~ ' and greatest(stood.one_currency, stood.other_currency) = versions.second_of_pair'
        ~ ' and versions.rate_date <= stood.day'
        ~ " and (stood.rate_type = 'daily' or versions.rate_date = stood.day)"
        ~ ' and stood.day <= cast(stood.closed_from as date)'
    ) }}
),

compared as (

    select
        legal_entity_key,
        period_id,
        rate_type,
        one_currency,
        other_currency,
        day,
        closed_from,
        any_value(changed_at) as changed_at,
        -- the pair itself before the reverse one, then the newest day
        {{ before_and_after(
            'max_by((from_currency = one_currency, rate), (from_currency = one_currency, rate_date))'
        ) }}
    from told
    where rate > 0
    group by legal_entity_key, period_id, rate_type, one_currency, other_currency, day, closed_from

)

{{ changed_after_close(
    "'fx_rate'", "one_currency || '>' || other_currency || '|' || rate_type",
    detail="'the ' || any_value(rate_type) || ' exchange rate of a closed period changed, first for '"
    ~ ' || cast(min(day) as varchar)',
    project_key='cast(null as varchar)'
) }}
