with checks as (

    select
        check_name,
        subject,
        expected,
        found,
        abs(expected - found) as difference
    from {{ ref('int_conservation_landing') }}

    union all

    select
        check_name,
        subject,
        expected,
        found,
        abs(expected - found)
    from {{ ref('int_conservation_ledger') }}
{% for amount, words in [['functional', 'functional currency'], ['group', 'group currency']] %}
    union all

    select
        'the bridge closes',
        flow || ', {{ words }}',
        sum(posted_{{ amount }}),
        sum(operational_{{ amount }} - breaks_{{ amount }}),
        -- cell by cell: two errors that cancel are two errors
        sum(abs(operational_{{ amount }} - breaks_{{ amount }} - posted_{{ amount }}))
    from {{ ref('recon_bridge_total') }}
    group by flow
{% endfor %}
    union all

    select
        'the bridge closes',
        flow || ', transaction amounts in ' || coalesce(currency, '?'),
        sum(posted_transaction),
        sum(operational_transaction - breaks_transaction - two_currencies_transaction),
        sum(abs(operational_transaction - breaks_transaction - two_currencies_transaction - posted_transaction))
    from {{ ref('recon_bridge_currency') }}
    group by flow, currency

)

select
    check_name,
    subject,
    cast(expected as decimal(18, 2)) as expected,
    cast(found as decimal(18, 2)) as found,
    cast(difference as decimal(18, 2)) as difference,
    difference = 0 as is_ok
from checks
