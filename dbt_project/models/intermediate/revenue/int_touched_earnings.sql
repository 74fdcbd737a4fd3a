{%- set steps = adapter.get_relation(this.database, this.schema, 'int_revenue_time_steps') -%}
{%- set entries = ref('int_time_priced') -%}
{%- set expenses = ref('int_expense_priced') -%}
{%- set terms = ref('int_contract_line_terms') -%}
{%- set adjustments = ref('int_billing_adjustments_net') -%}
{%- set key = ['source_system', 'time_entry_id'] -%}
{%- set is_update = build_is_increment() -%}
{%- set reached = touched_by(entries, key, [
    ('int_revenue_lines', ['contract_line_key']),
    ('int_contract_line_terms', ['contract_line_key']),
    ('int_legal_entities', ['project_entity_key']),
]) -%}
{%- set translated = touched_by(steps, key=['source_system', 'origin_id'], finds=[
    ('int_fx_days', ['currency', 'line_currency', 'transaction_date']),
]) -%}
-- The entries of time whose earnings an increment may have changed: repriced ones, those of lines that changed, adjusted
-- ones, and all that earn on a capped line, whose cap one entry takes from the next (a fixed fee's amount is no cap:
-- nothing earns by the hour there). Expenses are few and always looked at.
{% if is_update and steps is not none %}
with capped as (
    select contract_line_key
    from {{ terms }}
    where amount is not null
),

time_entries as (
    select {{ key | join(', ') }} from {{ changes_of('int_time_priced') }}
    union
    select
        source_system,
        origin_id
    from {{ steps }}
    where origin_type = 'time_entry' and contract_line_key in (select contract_line_key from capped)
    union
    select
        origin_system,
        origin_id
    from {{ adjustments }}
    where origin_type = 'time_entry'
    union
    select
        source_system,
        origin_id
    from {{ steps }}
    where origin_type = 'time_entry' and (adjustment_amount <> 0 or adjustment_hours <> 0)
    {{ reached }}
    {{ translated }}
)

select
    'time_entry' as origin_type,
    source_system,
    time_entry_id as origin_id
from time_entries
union
select
    'expense',
    source_system,
    expense_id
from {{ expenses }}
union
select
    origin_type,
    source_system,
    origin_id
from {{ steps }}
where origin_type = 'expense'
{%- else %}
select
    'time_entry' as origin_type,
    source_system,
    time_entry_id as origin_id
from {{ entries }}
where false
{%- endif %}
