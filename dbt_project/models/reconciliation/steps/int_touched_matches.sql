{%- set ledger = ref('fct_project_ledger') -%}
{%- set chains = ref('int_recon_chains') -%}
{%- set schedule_lines = ref('int_schedule_line_periods') -%}
{%- set is_update = build_is_increment() -%}
{%- set columns -%}
    match_key, match_hash, match_kind, flow, legal_entity_key, counterparty_entity_key, project_key, period_id,
    source_entity, source_system, source_id, reverses_id
{%- endset -%}
-- What an increment changed in the ledger, by what it was and is matched on: rows that came, rows that are gone,
-- and rows whose reversal chain or schedule line became another.
{% if is_update %}
with changed as (

    select * from {{ changes_of('fct_project_ledger') }}

),

reached as (

    select *
    from {{ ledger }}
    where (flow, reversal_chain_id) in (select flow, reversal_chain_id from {{ changes_of('int_recon_chains') }})
    union all
    select *
    from {{ ledger }}
    where
        basis = 'finance_posted'
        and origin_type = 'revenue_schedule'
        and (origin_system, origin_id) in (
            select origin_system, origin_id from {{ changes_of('int_schedule_line_periods') }}
        )

),

rows_now as (

    select {{ all_but(['is_new']) }} from changed
    where is_new
    union all
    select * from reached

),

rows_before as (

    select {{ all_but(['is_new']) }} from changed
    where not is_new
    union all
    select * from reached

),

chains_before as ({{ before_changes('int_recon_chains', ['flow', 'reversal_chain_id']) }}),

schedule_lines_before as ({{ before_changes('int_schedule_line_periods', ['origin_system', 'origin_id']) }}),

matched_now as ({{ matched_on('rows_now', chains, schedule_lines) }}),

matched_before as ({{ matched_on('rows_before', 'chains_before', 'schedule_lines_before') }}),

matched as (

    select * from matched_now
    union all
    select * from matched_before

)

select distinct {{ columns }}
from matched
{%- else %}
select {{ columns }}
from {{ ref('int_recon_keyed') }}
where false
{%- endif %}
