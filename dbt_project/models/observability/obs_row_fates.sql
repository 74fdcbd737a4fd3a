with fates as (
{%- for entity in ['time_entries', 'expenses', 'vendor_bills', 'gl_lines', 'invoice_lines', 'milestones', 'billing_events'] %}
    select entity, source_system, fate, is_in_mart, rows
    from {{ ref('int_fate_' ~ entity) }}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
)

select
    entity,
    source_system,
    fate,
    is_in_mart,
    cast(sum(rows) as bigint) as rows
from fates
group by entity, source_system, fate, is_in_mart
