{%- set published = ref('int_recon_items_published') -%}
{%- set before_amounts = [
    'flow', 'category', 'owner', 'severity', 'assigned_to', 'accepted_by', 'accepted_at', 'acceptance_reason',
    'legal_entity_key', 'counterparty_entity_key', 'operational_legal_entity_key', 'posted_legal_entity_key',
    'project_key', 'operational_project_key', 'posted_project_key', 'contract_line_key', 'customer_key', 'worker_key',
    'period_id', 'work_period_id', 'operational_period_id', 'posted_period_id', 'currency', 'functional_currency',
    'is_two_currencies', 'operational_transaction', 'operational_functional', 'operational_group',
    'posted_transaction', 'posted_functional', 'posted_group',
] %}
{%- set after_amounts = [
    'operational_hours', 'posted_hours', 'match_level', 'origin_type', 'origin_system', 'origin_id', 'gl_line_ids',
    'correlation_id', 'integration_error', 'hold_reason', 'source_status', 'approved_at', 'due_at',
] %}
{%- set differences = ['transaction', 'functional', 'group'] %}

with build as (

    select * from {{ ref('int_build') }}

)

select
    items.item_id,
    {%- for column in before_amounts %}
    items.{{ column }},
    {%- endfor %}
    items.status,
    least(published.first_seen_at, build.build_time) as first_seen_at,
    cast(null as timestamp with time zone) as resolved_at,
    {%- for amount in differences %}
    items.difference_{{ amount }},
    {%- endfor %}
    items.difference_hours,
    {%- for amount in differences %}
    cast(null as decimal(18, 2)) as resolved_{{ amount }},
    {%- endfor %}
    {%- for column in after_amounts %}
    items.{{ column }},
    {%- endfor %}
    items.age_days_approved,
    items.age_days_due,
    items.match_key
from {{ ref('int_recon_items_current') }} as items
cross join build
left join {{ published }} as published on items.item_id = published.item_id

union all

-- a difference that is gone stays, with what it was; it differs by nothing any more
select
    published.item_id,
    {%- for column in before_amounts %}
    published.{{ column }},
    {%- endfor %}
    'resolved' as status,
    published.first_seen_at,
    case when published.status = 'resolved' then published.build_time else build.build_time end as resolved_at,
    {%- for amount in differences %}
    cast(0 as decimal(18, 2)) as difference_{{ amount }},
    {%- endfor %}
    cast(0 as decimal(18, 2)) as difference_hours,
    {%- for amount in differences %}
    published.last_difference_{{ amount }} as resolved_{{ amount }},
    {%- endfor %}
    {%- for column in after_amounts %}
    published.{{ column }},
    {%- endfor %}
    cast(null as integer) as age_days_approved,
    cast(null as integer) as age_days_due,
    published.match_key
from {{ published }} as published
cross join build
where published.item_id not in (select item_id from {{ ref('int_recon_item_facts') }})
