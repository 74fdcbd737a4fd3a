with periods as (

    select * from {{ ref('int_periods') }}
    where not is_extension and legal_entity_key not in ('none', 'unmapped')

),

build as (

    select * from {{ ref('int_build') }}

),

entities as (

    select * from {{ ref('int_legal_entities') }}

),

completeness as (

    select * from {{ ref('gl_completeness') }}

),

items as (

    select
        legal_entity_key,
        period_id,
        count(*) as item_count,
        sum(abs(difference_group)) as item_amount_group,
        {%- for severity in ['critical', 'high', 'medium', 'low'] %}
        count(*) filter (where status = 'open' and severity = '{{ severity }}') as open_{{ severity }},
        {%- endfor %}
        count(*) filter (where status = 'accepted') as accepted_count,
        count(*) filter (where category = 'unclassified') as unclassified_count,
        count(*) filter (where category = 'overdue') as overdue_count,
        count(*) filter (where category = 'unapproved') as unapproved_count
    from {{ ref('recon_item') }}
    where status <> 'resolved'
    group by legal_entity_key, period_id

),

unpriced as (

    select
        legal_entity_key,
        period_id,
        sum(rows_without_rate) as rows_without_rate
    from {{ ref('recon_bridge_total') }}
    group by legal_entity_key, period_id

),

closed as (

    select distinct
        closures.legal_entity_key,
        closures.period_id
    from {{ ref('int_period_closures') }} as closures
    cross join build
    where
        closures.closed_from <= build.build_time
        and (closures.closed_until is null or closures.closed_until > build.build_time)

),

breaches as (

    select
        legal_entity_key,
        period_id,
        count(*) as control_count,
        count(*) filter (where severity = 'critical') as critical_control_count
    from {{ ref('control_exception') }}
    group by legal_entity_key, period_id

)

select
    periods.legal_entity_key,
    periods.period_id,
    periods.start_date,
    periods.end_date,
    periods.close_due_at,
    periods.closed_at,
    periods.status as period_status,
    entities.time_zone,
    periods.end_date < {{ local_date('build.build_time', 'entities.time_zone') }} as has_ended,
    closed.period_id is not null as is_closed,
    cast(date_diff('hour', build.build_time, periods.close_due_at) as bigint) as hours_to_close_due,
    coalesce(completeness.status, 'unproved') as gl_status,
    completeness.reason as gl_reason,
    cast(coalesce(items.item_count, 0) as bigint) as item_count,
    cast(coalesce(items.item_amount_group, 0) as decimal(18, 2)) as item_amount_group,
    {%- for severity in ['critical', 'high', 'medium', 'low'] %}
    cast(coalesce(items.open_{{ severity }}, 0) as bigint) as open_{{ severity }},
    {%- endfor %}
    cast(coalesce(items.accepted_count, 0) as bigint) as accepted_count,
    cast(coalesce(items.unclassified_count, 0) as bigint) as unclassified_count,
    cast(coalesce(items.overdue_count, 0) as bigint) as overdue_count,
    cast(coalesce(items.unapproved_count, 0) as bigint) as unapproved_count,
    cast(coalesce(unpriced.rows_without_rate, 0) as bigint) as rows_without_rate,
    cast(coalesce(breaches.control_count, 0) as bigint) as control_count,
    cast(coalesce(breaches.critical_control_count, 0) as bigint) as critical_control_count
from periods
cross join build
left join entities on periods.legal_entity_key = entities.legal_entity_key
{%- for other in ['completeness', 'items', 'unpriced', 'closed', 'breaches'] %}
left join {{ other }}
    on
        periods.legal_entity_key = {{ other }}.legal_entity_key
        and periods.period_id = {{ other }}.period_id
{%- endfor %}
