{%- set ledger = adapter.get_relation('mart', 'main', 'fct_project_ledger') -%}
{%- set steps = ref('int_revenue_time_steps') -%}
{%- set dates = ref('int_invoice_dates') -%}
{%- set references = ref('int_reference_changes') -%}
{%- set key = ['origin_type', 'source_system', 'origin_id'] -%}
{%- set entries = "(select * from " ~ ledger ~ " where basis = 'operational' and flow in ('revenue', 'billing')"
    ~ " and source_entity in ('time_entry', 'expense'))" -%}
{%- set reached = touched_by(entries, key, [
    ('int_legal_entities', ['legal_entity_key']),
    ('int_period_days', ['legal_entity_key', 'transaction_date']),
    ('int_period_shifts', ['legal_entity_key', 'work_period_id']),
    ('int_fx_days', ['currency', 'functional_currency', 'transaction_date']),
]) -%}
{%- set rate_days = change_bounds().get('int_fx_days', [(none, none)] * 3)[2] -%}
-- The entries of time and expense whose revenue or billing an increment may have changed.
{% if ledger_increment() %}
with invoiced as (
    -- a billing row is translated on the day of its invoice
    select
        entries.origin_type,
        entries.source_system,
        entries.origin_id
    from {{ entries }} as entries
    inner join {{ dates }} as dates
        on
            entries.origin_type = dates.origin_type
            and entries.origin_system = dates.origin_system
            and entries.origin_id = dates.origin_id
    inner join {{ references }} as rates
        on
            rates.model = 'int_fx_days'
            and entries.currency = rates.find_1
            and entries.functional_currency = rates.find_2
            and cast(dates.invoice_date as varchar) = rates.find_3
            {%- if rate_days[0] is not none %}
            -- written out, so that a scan passes over all other days
            and dates.invoice_date between '{{ rate_days[0] }}' and '{{ rate_days[1] }}'
            {%- endif %}
)

select {{ key | join(', ') }} from {{ changes_of('int_revenue_time_steps') }}
union
select
    origin_type,
    origin_system,
    origin_id
from {{ changes_of('int_invoice_dates') }}
union
select * from invoiced
{{ reached }}
{%- else %}
select {{ key | join(', ') }}
from {{ steps }}
where false
{%- endif %}
