{{ config(
    materialized='keyed', key=['flow', 'origin_type', 'origin_system', 'origin_id', 'period_id'],
    compared_whole=true, remembers=true
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

-- What finance or delivery holds back on purpose, by the origin or by contract line and period.

with events as (

    select * from {{ ref('stg_billing__billing_events') }}

),

schedule_lines as (

    select * from {{ ref('stg_billing__revenue_schedule_lines') }}

),

build as (

    select * from {{ ref('int_build') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

sources as (

    select * from {{ ref('stg_billing__invoice_line_sources') }}

),

-- a held invoice holds what its lines are made of, whichever way they say it
held_records as (

    select
        source_system,
        invoice_id,
        origin_type,
        coalesce(origin_system, source_system) as origin_system,
        origin_id
    from invoice_lines
    where origin_id is not null and not is_deleted

    union all

    select
        invoice_lines.source_system,
        invoice_lines.invoice_id,
        sources.origin_type,
        sources.origin_system,
        sources.origin_id
    from invoice_lines
    inner join sources
        on
            invoice_lines.source_system = sources.source_system
            and invoice_lines.invoice_line_id = sources.invoice_line_id
    where not invoice_lines.is_deleted and not sources.is_deleted

),

holds as (

    select
        'billing' as flow,
        'billing_event' as origin_type,
        source_system as origin_system,
        billing_event_id as origin_id,
        cast(null as varchar) as period_id,
        hold_reason
    from events
    where status = 'on_hold' and not is_deleted

    union all

    select
        'billing',
        held_records.origin_type,
        held_records.origin_system,
        held_records.origin_id,
        null,
        invoices.hold_reason
    from held_records
    inner join invoices
        on
            held_records.source_system = invoices.source_system
            and held_records.invoice_id = invoices.invoice_id
    where invoices.status = 'on_hold' and not invoices.is_deleted

    union all

    -- a schedule holds back what is matched on contract line and period: the line's key stands for the origin
    select
        'revenue',
        'contract_line',
        'canonical',
        {{ resolved_key('schedule_lines.contract_line_id', 'contract_line_map') }},
        schedule_lines.period_id,
        schedule_lines.hold_reason
    from schedule_lines
    cross join build
    {{ resolve_join('contract_line', 'contract_line_map', 'schedule_lines.source_system', 'schedule_lines.contract_line_id', 'build.build_date') }}
    where schedule_lines.status = 'on_hold' and not schedule_lines.is_deleted

)

select
    flow,
    coalesce(origin_type, '') as origin_type,
    coalesce(origin_system, '') as origin_system,
    origin_id,
    coalesce(period_id, '') as period_id,
    max(hold_reason) as hold_reason
from holds
group by flow, origin_type, origin_system, origin_id, period_id
