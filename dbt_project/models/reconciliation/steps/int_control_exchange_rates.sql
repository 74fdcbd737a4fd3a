-- Exchange rates that were changed after a close, or came only then, though the closed period is translated by them:
-- daily rates on the days of its foreign amounts, average and closing rates of the period itself.

with closures as (

    select
        legal_entity_key,
        period_id,
        closed_from,
        coalesce(closed_until, {{ open_end_ts() }}) as closed_until
    from {{ ref('int_period_closures') }}

),

rates as (

    select *
    from {{ source('lake', 'fx_rate') }}
    where
        from_currency <> to_currency
        and _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}

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
    inner join rates
        on
            used.rate_type = rates.rate_type
            and least(used.one_currency, used.other_currency) = least(rates.from_currency, rates.to_currency)
            and greatest(used.one_currency, used.other_currency) = greatest(rates.from_currency, rates.to_currency)
            and rates.rate_date <= used.day
            and rates.updated_at > closures.closed_from
            and rates.updated_at < closures.closed_until
    where used.rate_type = 'daily' or rates.rate_date = used.day
    group by all

),

{%- for state, moment in [('before', 'closed_from'), ('after', 'closed_until')] %}
{{ state }}_versions as (

    select
        touched.*,
        rates.from_currency,
        rates.rate_date,
        rates.rate,
        coalesce(rates.is_deleted, false) as is_deleted,
        row_number() over (
            partition by
                touched.legal_entity_key, touched.period_id, touched.rate_type, touched.one_currency,
                touched.other_currency, touched.day, touched.closed_from, rates.from_currency, rates.rate_date
            order by rates.updated_at desc, rates._batch_id desc, rates._file desc, rates._row desc
        ) as newest
    from touched
    inner join rates
        on
            touched.rate_type = rates.rate_type
            and least(touched.one_currency, touched.other_currency) = least(rates.from_currency, rates.to_currency)
            and greatest(touched.one_currency, touched.other_currency) = greatest(rates.from_currency, rates.to_currency)
            and rates.rate_date <= touched.day
            and rates.updated_at <= touched.{{ moment }}
    where touched.rate_type = 'daily' or rates.rate_date = touched.day

),

{{ state }}_close as (

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
        max_by(
            (from_currency = one_currency, rate), (from_currency = one_currency, rate_date)
        ) as quote
    from {{ state }}_versions
    where newest = 1 and not is_deleted and rate > 0
    group by legal_entity_key, period_id, rate_type, one_currency, other_currency, day, closed_from

){{ ',' if not loop.last }}
{%- endfor %}

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    before_close.legal_entity_key,
    cast(null as varchar) as project_key,
    before_close.period_id,
    'fx_rate' as subject_type,
    'canonical' as subject_system,
    before_close.one_currency || '>' || before_close.other_currency || '|' || before_close.rate_type as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(before_close.changed_at) as breached_at,
    'the ' || before_close.rate_type || ' exchange rate of a closed period changed, first for '
    || cast(min(before_close.day) as varchar) as detail
from before_close
left join after_close
    on
        before_close.legal_entity_key = after_close.legal_entity_key
        and before_close.period_id = after_close.period_id
        and before_close.rate_type = after_close.rate_type
        and before_close.one_currency = after_close.one_currency
        and before_close.other_currency = after_close.other_currency
        and before_close.day = after_close.day
        and before_close.closed_from = after_close.closed_from
where before_close.quote is distinct from after_close.quote
group by
    before_close.legal_entity_key, before_close.period_id, before_close.rate_type, before_close.one_currency,
    before_close.other_currency
