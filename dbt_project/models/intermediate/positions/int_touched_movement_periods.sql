{%- set ledger = ref('fct_project_ledger') -%}
{%- set steps = ref('int_revenue_time_steps') -%}
{%- set references = ref('int_reference_changes') -%}
{%- set is_update = build_is_increment() -%}
{%- set placed_anew = changed_models() | select('in', ['int_projects', 'int_revenue_lines', 'int_contracts']) | list -%}
-- The periods in which an increment may have changed what moved on a contract.
{% if is_update %}
select period_id
from {{ changes_of('fct_project_ledger') }}
where flow in ('revenue', 'billing')
union
select period_id
from {{ ledger }}
where
    flow = 'revenue'
    and basis = 'operational'
    and (origin_type, origin_system, origin_id) in (
        select origin_type, source_system, origin_id from {{ changes_of('int_revenue_time_steps') }}
    )
union
select find_2
from {{ references }}
where model in ('int_fx_period', 'int_periods')
union
select period_id
from {{ ledger }}
where transaction_date in (select cast(find_3 as date) from {{ references }} where model = 'int_fx_days')
{%- if placed_anew %}
union
-- a row may now belong to another contract, or the contract to other books
select period_id from {{ ledger }}
{%- endif %}
{%- else %}
select period_id
from {{ ledger }}
where false
{%- endif %}
