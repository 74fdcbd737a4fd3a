-- Did the origin of a posting ever land, and does its source still stand by it? Only for postings that
-- no operational row stands behind.

with wanted as (

    select distinct
        coalesce(match_origin_type, origin_type) as origin_type,
        coalesce(match_origin_system, origin_system) as origin_system,
        coalesce(match_origin_id, origin_id) as origin_id
    from {{ ref('int_recon_matched') }}
    where basis = 'finance_posted' and coalesce(match_origin_id, origin_id) is not null

),

landed as (
{% set origins = [
    ['time_entry', 'stg_psa__time_entries', 'time_entry_id', 'status'],
    ['expense', 'stg_expense__expenses', 'expense_id', 'status'],
    ['vendor_bill', 'stg_procurement__vendor_bill_lines', 'bill_line_id', 'status'],
    ['milestone', 'stg_psa__milestones', 'milestone_id', 'status'],
    ['billing_event', 'stg_billing__billing_events', 'billing_event_id', 'status'],
    ['revenue_schedule', 'stg_billing__revenue_schedule_lines', 'schedule_line_id', 'status'],
    ['invoice', 'stg_billing__invoice_lines', 'invoice_line_id', "'issued'"],
] %}
    {%- for origin_type, model, id, status in origins %}
    select
        '{{ origin_type }}' as origin_type,
        source_system as origin_system,
        {{ id }} as origin_id,
        {{ status }} as status,
        is_deleted
    from {{ ref(model) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

)

select
    wanted.origin_type,
    wanted.origin_system,
    wanted.origin_id,
    landed.origin_id is not null as is_landed,
    coalesce(landed.is_deleted, false) as is_deleted,
    landed.status,
    coalesce(
        landed.is_deleted or landed.status in ('draft', 'rejected', 'void', 'cancelled', 'planned'), false
    ) as is_reversed_at_source
from wanted
left join landed
    on
        wanted.origin_type = landed.origin_type
        and wanted.origin_system = landed.origin_system
        and wanted.origin_id = landed.origin_id
