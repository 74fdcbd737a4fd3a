-- The parts of a close certificate that are lists, each as one JSON text in an order of its own.

with totals as (

    select
        legal_entity_key,
        period_id,
        flow,
        {{ json_record({
            'operational_functional': json_value('cast(sum(operational_functional) as varchar)'),
            'operational_group': json_value('cast(sum(operational_group) as varchar)'),
            'posted_functional': json_value('cast(sum(posted_functional) as varchar)'),
            'posted_group': json_value('cast(sum(posted_group) as varchar)'),
            'rows_without_rate': json_value('cast(sum(rows_without_rate) as bigint)'),
        }) }} as member_text
    from {{ ref('recon_bridge_total') }}
    group by legal_entity_key, period_id, flow

),

categories as (

    select
        legal_entity_key,
        period_id,
        category,
        {{ json_record({
            'functional': json_value('cast(sum(amount_functional) as varchar)'),
            'group': json_value('cast(sum(amount_group) as varchar)'),
            'items': json_value('cast(sum(item_count) as bigint)'),
            'items_without_rate': json_value('cast(sum(items_without_rate) as bigint)'),
        }) }} as member_text
    from {{ ref('recon_bridge') }}
    group by legal_entity_key, period_id, category

),

rules as (

    select
        legal_entity_key,
        period_id,
        rule,
        {{ json_value('count(*)') }} as member_text
    from {{ ref('control_exception') }}
    group by legal_entity_key, period_id, rule

),

items as (

    select
        legal_entity_key,
        period_id,
        item_id,
        concat_ws(
            '|', item_id, category, severity, status, cast(difference_transaction as varchar),
            cast(difference_functional as varchar), cast(difference_group as varchar)
        ) as item_text
    from {{ ref('recon_item') }}

),

breaches as (

    select
        legal_entity_key,
        period_id,
        exception_id,
        concat_ws(
            '|', exception_id, rule, owner, severity, flow, project_key, subject_type, subject_system, subject_id,
            cast(amount_group as varchar), detail
        ) as breach_text
    from {{ ref('control_exception') }}

),

projects as (

    select
        legal_entity_key,
        period_id,
        concat_ws('|', flow, project_key) as cell,
        concat_ws(
            '|', flow, project_key, cast(operational_functional as varchar), cast(operational_group as varchar),
            cast(posted_functional as varchar), cast(posted_group as varchar)
        ) as project_text
    from {{ ref('recon_bridge_total') }}

)

{% for part, rows, name in [('totals', 'totals', 'flow'), ('categories', 'categories', 'category'), ('control_exceptions', 'rules', 'rule')] %}
select
    legal_entity_key,
    period_id,
    '{{ part }}' as part,
    '{' || string_agg({{ json_value(name) }} || ':' || member_text, ',' order by {{ name }}) || '}' as part_text
from {{ rows }}
group by legal_entity_key, period_id

union all
{% endfor %}
-- too many to be listed: each is in the certificate by one hash over all of them
{% for part, rows, text, key in [
    ('items_hash', 'items', 'item_text', 'item_id'),
    ('control_exceptions_hash', 'breaches', 'breach_text', 'exception_id'),
    ('projects_hash', 'projects', 'project_text', 'cell'),
] %}
select
    legal_entity_key,
    period_id,
    '{{ part }}' as part,
    {{ json_value(sha256_text("string_agg(" ~ text ~ ", ',' order by " ~ key ~ ")")) }} as part_text
from {{ rows }}
group by legal_entity_key, period_id
{{ 'union all' if not loop.last }}
{% endfor %}
