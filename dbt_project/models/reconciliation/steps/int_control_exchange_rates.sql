-- Exchange rates that were changed after a close, or came only then, though the closed period is translated by them:
-- daily rates on the days of its foreign amounts, average and closing rates of the period itself.

with closures as ({{ closed_windows() }}),

landed as ({{ landed_versions('fx_rate') }}),

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

{% set fits -%}
    used.rate_type = rates.rate_type
            and least(used.one_currency, used.other_currency) = rates.first_of_pair
            and greatest(used.one_currency, used.other_currency) = rates.second_of_pair
            and rates.rate_date <= used.day
            and (used.rate_type = 'daily' or rates.rate_date = used.day)
{%- endset -%}
-- only pairs of which something came after the close are looked at
touched as (

    select
        used.*,
        closures.closed_from,
        closures.closed_until,
        max(rates.updated_at) as changed_at
    from used
    inner join closures
        on
            used.legal_entity_key = closures.legal_entity_key
            and used.period_id = closures.period_id
            -- what is invoiced later takes its invoice date's rate then, which is no change of what was closed
            and used.day <= cast(closures.closed_from as date)
    inner join rates
        on
            {{ fits }}
            and rates.updated_at > closures.closed_from
            and rates.updated_at < closures.closed_until
    group by all

),

told as (
    {{ around_close(
        'touched', 'rates',
        window=['legal_entity_key', 'period_id', 'rate_type', 'one_currency', 'other_currency', 'day', 'closed_from'],
        record=['from_currency', 'rate_date'],
        carried=['from_currency', 'rate_date', 'rate'],
        fits=fits | replace('used.', 'touched.')
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
        {%- for state in ['before', 'after'] %}
        -- the pair itself before the reverse one, then the newest day
        max_by(
            (from_currency = one_currency, rate), (from_currency = one_currency, rate_date)
        ) filter (where state = '{{ state }}') as quote_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
    from told
    where rate > 0
    group by legal_entity_key, period_id, rate_type, one_currency, other_currency, day, closed_from

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    cast(null as varchar) as project_key,
    period_id,
    'fx_rate' as subject_type,
    'canonical' as subject_system,
    one_currency || '>' || other_currency || '|' || rate_type as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    'the ' || rate_type || ' exchange rate of a closed period changed, first for ' || cast(min(day) as varchar) as detail
from compared
where quote_before is not null and quote_before is distinct from quote_after
group by legal_entity_key, period_id, rate_type, one_currency, other_currency
