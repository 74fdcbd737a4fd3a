{%- set ledger = ref('fct_project_ledger') -%}
{%- set records = adapter.get_relation('mart', 'main', 'lineage_record') -%}
{%- set new_ids = new_batches() -%}
{%- set is_update = build_is_increment() -%}
{%- set landed = [
    ('time_entry', source('lake', 'time_entry'), 'time_entry_id'),
    ('expense', source('lake', 'expense'), 'expense_id'),
    ('vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id'),
    ('milestone', source('lake', 'milestone'), 'milestone_id'),
    ('billing_event', source('lake', 'billing_event'), 'billing_event_id'),
] -%}
-- The ledger rows whose record an increment may have changed: what changed in the ledger, postings whose origin came to
-- count or stopped to, or landed anew, and all that is computed from contract lines, of which there are few.
{% if is_update and records is not none %}
with changed as (

    select
        ledger_id,
        basis,
        origin_type,
        origin_system,
        origin_id
    from {{ changes_of('fct_project_ledger') }}

),

origins as (

    select
        origin_type,
        origin_system,
        origin_id
    from changed
    where basis = 'operational'
{%- for origin_type, entity, key in landed %}
    union
    select
        '{{ origin_type }}',
        source_system,
        {{ key }}
    from {{ entity }}
    where _batch_id in ({{ new_ids }})
{%- endfor %}

)

select ledger_id from changed
union
select posted.ledger_id
from {{ ledger }} as posted
inner join origins
    on
        posted.origin_type = origins.origin_type
        and posted.origin_system = origins.origin_system
        and posted.origin_id = origins.origin_id
where posted.basis = 'finance_posted'
union
select ledger_id
from {{ ledger }}
where basis = 'operational' and source_entity = 'contract_line'
union
select ledger_id
from {{ records }}
where entity = 'contract_line'
{%- else %}
select ledger_id
from {{ ledger }}
where false
{%- endif %}
