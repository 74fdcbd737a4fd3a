-- Breaches in rates, estimates and contract terms: two at once, nothing recent, no end.

with estimates as (

    select
        stale.*,
        lines.legal_entity_key
    from {{ ref('int_revenue_cost_to_cost') }} as stale
    inner join {{ ref('int_contract_lines') }} as lines on stale.contract_line_key = lines.contract_line_key
    where stale.is_estimate_stale

),

endless as (

    select *
    from {{ ref('int_contract_lines') }}
    where end_date is null and recognition_method in ('straight_line', 'ratable')

)

select
    'overlapping_rates' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    subject_type,
    'canonical' as subject_system,
    subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    cast(null as timestamp with time zone) as breached_at,
    detail
from {{ ref('int_overlapping_rates') }}

union all

select
    'overlapping_terms',
    null,
    min(legal_entity_key),
    null,
    'none',
    'worker',
    'canonical',
    worker_key,
    null,
    null,
    'employed in two HR systems for more than one full time together from ' || cast(min(valid_from) as varchar)
from {{ ref('int_worker_assignments') }}
where leaves_out_terms
group by worker_key

union all

select
    'booked_after_leaving',
    null,
    min(bookings.project_entity_key),
    bookings.project_key,
    'none',
    'booking',
    bookings.source_system,
    bookings.allocation_id,
    null,
    null,
    'booked until ' || cast(max(bookings.end_date) as varchar) || ' for somebody who leaves before ' || cast(min(bookings.start_date) as varchar)
from {{ ref('int_bookings') }} as bookings
inner join {{ ref('int_today') }} as build on bookings.project_entity_key = build.legal_entity_key
where bookings.is_after_leaving and bookings.end_date > build.build_date
group by bookings.project_key, bookings.source_system, bookings.allocation_id

union all

select
    'estimate_stale',
    null,
    legal_entity_key,
    project_key,
    period_id,
    'contract_line',
    'canonical',
    contract_line_key,
    null,
    null,
    stale_reason
from estimates

union all

select
    'missing_end_date',
    null,
    legal_entity_key,
    project_key,
    'none',
    'contract_line',
    'canonical',
    contract_line_key,
    null,
    null,
    'recognised by days and has no end date'
from endless
