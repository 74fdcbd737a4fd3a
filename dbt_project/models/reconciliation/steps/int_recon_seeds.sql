{%- set open_rows = ref('int_recon_open_rows') -%}
{%- set messages = source('lake', 'integration_message') -%}
{%- set holds = ref('int_recon_holds') -%}
{%- set reductions = ref('int_revenue_reductions') -%}
{%- set references = ref('int_reference_changes') -%}
{%- set scope = ref('stg_lake__build_scope') -%}
{%- set build = ref('int_build') -%}
{%- set new_ids = new_batches() -%}
{%- set facts = adapter.get_relation(this.database, this.schema, 'int_recon_item_facts') -%}
{%- set landed = [
    ('time_entry', source('lake', 'time_entry'), 'time_entry_id'),
    ('expense', source('lake', 'expense'), 'expense_id'),
    ('vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id'),
    ('milestone', source('lake', 'milestone'), 'milestone_id'),
    ('billing_event', source('lake', 'billing_event'), 'billing_event_id'),
    ('revenue_schedule', source('lake', 'revenue_schedule_line'), 'schedule_line_id'),
    ('invoice', source('lake', 'invoice_line'), 'invoice_line_id'),
] -%}
-- The open groups that something other than their own rows may have changed: the state of their origin, the newest
-- message about it, a hold, a write-down, a rate, a deadline.
{% if build_is_increment() %}
with landed as (
{%- for origin_type, entity, key in landed %}
    select
        '{{ origin_type }}' as origin_type,
        source_system as origin_system,
        {{ key }} as origin_id
    from {{ entity }}
    where _batch_id in ({{ new_ids }})

    union
{%- endfor %}
    select
        origin_type,
        coalesce(origin_system, source_name),
        origin_id
    from {{ messages }}
    where _batch_id in ({{ new_ids }})
    union
    select
        origin_type,
        origin_system,
        origin_id
    from {{ changes_of('int_revenue_reductions') }}
    union
    select
        origin_type,
        origin_system,
        origin_id
    from {{ changes_of('int_recon_holds') }}
)

select open_rows.match_key
from {{ open_rows }} as open_rows
inner join landed
    on
        open_rows.origin_type = landed.origin_type
        and open_rows.origin_system = landed.origin_system
        and open_rows.origin_id = landed.origin_id
union
select open_rows.match_key
from {{ open_rows }} as open_rows
inner join landed
    on
        open_rows.match_origin_type = landed.origin_type
        and open_rows.match_origin_system = landed.origin_system
        and open_rows.match_origin_id = landed.origin_id
union
-- a schedule holds back a contract line and period
select match_key
from {{ open_rows }}
where (contract_line_key, period_id) in (select origin_id, period_id from {{ changes_of('int_recon_holds') }})
union
select match_key
from {{ open_rows }}
where
    (legal_entity_key, period_id) in (
        select find_1, find_2 from {{ references }}
        where model in ('int_fx_period', 'int_periods')
    )
    or (counterparty_entity_key, period_id) in (
        select find_1, find_2 from {{ references }}
        where model = 'int_periods'
    )
    or legal_entity_key in (
        select find_1 from {{ references }}
        where model = 'int_legal_entities'
    )
union
-- what only waits changes its category with time
select facts.match_key
from {{ facts }} as facts
cross join {{ build }} as build
cross join {{ scope }} as scope
where
    facts.category in ('awaiting_posting', 'accrual', 'accrual_not_reversed')
    or (facts.due_at >= scope.last_build_time and facts.due_at < build.build_time)
{%- else %}
select match_key
from {{ open_rows }}
where false
{%- endif %}
