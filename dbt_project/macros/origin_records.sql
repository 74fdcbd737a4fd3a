{# Every record that a posting may name as its origin, landed or gone, with what says that its source stands by it. #}
{% macro origin_records() %}
    {%- for origin_type, model, id, status in [
        ['time_entry', 'stg_psa__time_entries', 'time_entry_id', 'status'],
        ['expense', 'stg_expense__expenses', 'expense_id', 'status'],
        ['vendor_bill', 'stg_procurement__vendor_bill_lines', 'bill_line_id', 'status'],
        ['milestone', 'stg_psa__milestones', 'milestone_id', 'status'],
        ['billing_event', 'stg_billing__billing_events', 'billing_event_id', 'status'],
        ['revenue_schedule', 'stg_billing__revenue_schedule_lines', 'schedule_line_id', 'status'],
        ['invoice', 'stg_billing__invoice_lines', 'invoice_line_id', "'issued'"],
    ] %}
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
{% endmacro %}
