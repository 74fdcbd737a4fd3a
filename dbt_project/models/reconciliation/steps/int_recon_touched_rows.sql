{%- set keyed = ref('int_recon_keyed') -%}
{%- set ledger = ref('fct_project_ledger') -%}
{%- set chains = ref('int_recon_chains') -%}
{%- set schedule_lines = ref('int_schedule_line_periods') -%}
{%- set groups = ref('int_touched_groups') -%}
{%- set unasked = [
    'vendor_key', 'account_key', 'account_class', 'practice', 'role', 'billing_model', 'revenue_stream',
    'transaction_date', 'is_group_rate_provisional', 'billable_hours', 'submitted_at', '_batch_id', '_file', '_row',
    'is_reversed_accrual', 'is_taken_back', 'own_kind', 'takes_root_origin', 'root_origin_type', 'root_origin_system',
    'root_origin_id', 'match_period_id',
] -%}
-- In an increment, all rows of the groups that it reached; in a full build the groups are made of all rows at once. Most
-- rows of these groups are those that came: only the others are looked up in the ledger, by few columns first.
{% if build_is_increment() %}
with came as (

    select {{ all_but(['is_new']) }} from {{ changes_of('fct_project_ledger') }}
    where is_new

),

stayed as (

    select ledger_id from {{ keyed }}
    where
        match_hash in (select match_hash from {{ groups }})
        and ledger_id not in (select ledger_id from came)

),

ledger_rows as (

    select * from came
    union all
    select * from {{ ledger }}
    where ledger_id in (select ledger_id from stayed)

),

matched as ({{ matched_on('ledger_rows', chains, schedule_lines) }})

select {{ all_but(unasked) }}
from matched
{%- else %}
select {{ all_but(unasked) }}
from {{ keyed }}
where false
{%- endif %}
