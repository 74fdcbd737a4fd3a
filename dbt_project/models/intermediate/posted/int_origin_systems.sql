{#- Which staging model holds the records of an origin type. -#}
{%- set owners = [
    ('time_entry', 'stg_psa__time_entries'),
    ('expense', 'stg_expense__expenses'),
    ('vendor_bill', 'stg_procurement__vendor_bill_lines'),
    ('milestone', 'stg_psa__milestones'),
    ('invoice', 'stg_billing__invoices'),
    ('revenue_schedule', 'stg_billing__revenue_schedule_lines'),
    ('billing_event', 'stg_billing__billing_events')
] -%}
{%- for origin_type, model in owners %}
select
    '{{ origin_type }}' as origin_type,
    min(source_system) as sole_system
from {{ ref(model) }}
having min(source_system) = max(source_system)
{%- if not loop.last %}

union all
{% endif %}
{%- endfor %}
