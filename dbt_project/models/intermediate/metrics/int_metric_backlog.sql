-- Contracted backlog and bookings from fct_backlog, the pipeline from open opportunities: all of them
-- balances, the last two known as of the build's day only.
with build as (
    select * from {{ ref('int_build') }}
),

pipeline as (
    select
        'pipeline' as backlog_type,
        'operational' as basis,
        days.period_id,
        entity_ids.key as legal_entity_key,
        coalesce(entities.region, 'none') as region,
        coalesce(opportunities.practice, 'none') as practice,
        {{ resolved_key('opportunities.customer_id', 'customer_ids') }} as customer_key,
        'none' as project_key,
        'none' as billing_model,
        false as is_recurring,
        {{ translate(
            money(wide('opportunities.amount') ~ ' * coalesce(opportunities.probability, 0)'), 'group_rates.closing_rate'
        ) }} as amount,
        0 as overrun,
        0 as overrun_lines,
        0 as uncapped_lines
    from {{ ref('stg_crm__opportunities') }} as opportunities
    cross join build
    {{ resolve_join('legal_entity', 'entity_ids', 'opportunities.source_system', 'opportunities.legal_entity_id', 'build.build_date') }}
    {{ resolve_join('customer', 'customer_ids', 'opportunities.source_system', 'opportunities.customer_id', 'build.build_date') }}
    left join {{ ref('int_legal_entities') }} as entities on entity_ids.key = entities.legal_entity_key
    inner join {{ ref('int_today') }} as today on coalesce(entity_ids.key, 'unmapped') = today.legal_entity_key
    inner join {{ ref('int_period_days') }} as days
        on
            coalesce(entity_ids.key, 'unmapped') = days.legal_entity_key
            and today.build_date = days.day
    {{ group_rate_join('group_rates', 'days.legal_entity_key', 'days.period_id', 'opportunities.currency') }}
    where not opportunities.is_deleted and not opportunities.is_closed
),

stacked as (
    select
        backlog_type, basis, period_id, legal_entity_key, region, practice, customer_key, project_key, billing_model,
        is_recurring, backlog_group as amount, overrun_group as overrun,
        case when overrun_transaction > 0 then 1 else 0 end as overrun_lines,
        case when is_uncapped then 1 else 0 end as uncapped_lines
    from {{ ref('fct_backlog') }}
    union all
    select
        backlog_type, basis, period_id, coalesce(legal_entity_key, 'unmapped') as legal_entity_key, region, practice,
        customer_key, project_key, billing_model, is_recurring, amount, overrun, overrun_lines, uncapped_lines
    from pipeline
)

select
    backlog_type,
    basis,
    period_id,
    legal_entity_key,
    region,
    practice,
    cast(null as string) as role,
    customer_key,
    project_key,
    billing_model,
    is_recurring,
    cast(sum(amount) as decimal(18, 2)) as amount,
    cast(sum(overrun) as decimal(18, 2)) as overrun,
    sum(overrun_lines) as overrun_lines,
    sum(uncapped_lines) as uncapped_lines
from stacked
group by 1, 2, 3, 4, 5, 6, 8, 9, 10, 11
