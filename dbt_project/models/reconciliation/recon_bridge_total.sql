with ledger as (

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        {%- for amount in ['functional', 'group'] %}
        sum(operational_{{ amount }}) as operational_{{ amount }},
        sum(posted_{{ amount }}) as posted_{{ amount }},
        {%- endfor %}
        sum(operational_hours) as operational_hours,
        sum(posted_hours) as posted_hours,
        sum(rows_without_rate) as rows_without_rate
    from {{ ref('int_recon_sides') }}
    group by flow, legal_entity_key, project_key, period_id

),

breaks as (

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        sum(amount_functional) as breaks_functional,
        sum(amount_group) as breaks_group,
        sum(hours) as breaks_hours,
        sum(item_count) as item_count
    from {{ ref('recon_bridge') }}
    group by flow, legal_entity_key, project_key, period_id

),

untold as (

    select * from {{ ref('int_recon_untold_hours') }}

),

completeness as (

    select * from {{ ref('gl_completeness') }}

)

select
    ledger.flow,
    ledger.legal_entity_key,
    ledger.project_key,
    ledger.period_id,
    cast(ledger.operational_functional as decimal(18, 2)) as operational_functional,
    cast(coalesce(breaks.breaks_functional, 0) as decimal(18, 2)) as breaks_functional,
    cast(ledger.posted_functional as decimal(18, 2)) as posted_functional,
    cast(ledger.operational_group as decimal(18, 2)) as operational_group,
    cast(coalesce(breaks.breaks_group, 0) as decimal(18, 2)) as breaks_group,
    cast(ledger.posted_group as decimal(18, 2)) as posted_group,
    cast(ledger.operational_hours as decimal(18, 2)) as operational_hours,
    cast(coalesce(breaks.breaks_hours, 0) as decimal(18, 2)) as breaks_hours,
    cast(coalesce(untold.untold_hours, 0) as decimal(18, 2)) as untold_hours,
    cast(ledger.posted_hours as decimal(18, 2)) as posted_hours,
    cast(coalesce(breaks.item_count, 0) as bigint) as item_count,
    cast(ledger.rows_without_rate as bigint) as rows_without_rate,
    -- a total that stands on an unproved ledger says so
    coalesce(completeness.status, 'unproved') as gl_status
from ledger
{%- for other in ['breaks', 'untold'] %}
left join {{ other }}
    on
        ledger.flow = {{ other }}.flow
        and ledger.legal_entity_key = {{ other }}.legal_entity_key
        and ledger.project_key = {{ other }}.project_key
        and ledger.period_id = {{ other }}.period_id
{%- endfor %}
left join completeness
    on
        ledger.legal_entity_key = completeness.legal_entity_key
        and ledger.period_id = completeness.period_id
