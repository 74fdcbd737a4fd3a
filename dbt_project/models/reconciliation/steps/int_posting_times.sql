{{ config(
    materialized='keyed', key=['match_key'], touched='int_touched_postings',
    moves={'amount_group': translate('kept.amount_functional', 'rates.average_rate')}
) }}
{%- set every_row = ref('int_recon_keyed') -%}
{%- set touched_rows = ref('int_recon_touched_rows') -%}
{%- set open_rows = ref('int_recon_open_rows') -%}
{%- set touched = ref('int_touched_postings') -%}
{%- set groups = ref('int_touched_groups') -%}
{%- set changed = changed_models() -%}
{%- set columns -%}
    ledger_id, basis, flow, match_key, match_kind, source_system, source_id, region, legal_entity_key, project_key,
    period_id, unmapped_members, functional_currency, amount_functional, amount_group, source_status, approved_at, posted_at
{%- endset %}

-- When each approved cost was first posted, and until when it should have been. A row that a pool covers
-- counts as posted when the pool was.

with keyed as (

    {% if not in_increment() -%}
    select {{ columns }} from {{ every_row }}
    where flow in ('labor_cost', 'expense_cost', 'vendor_cost')
    {%- elif 'int_periods' in changed or 'int_legal_entities' in changed -%}
    select {{ columns }} from {{ every_row }}
    where
        flow in ('labor_cost', 'expense_cost', 'vendor_cost')
        and match_key in (select match_key from {{ touched }})
    {%- else -%}
    select {{ columns }} from {{ touched_rows }}
    where flow in ('labor_cost', 'expense_cost', 'vendor_cost')
    union all
    -- a group that is open and was only reached from elsewhere lies here whole
    select {{ columns }} from {{ open_rows }}
    where
        flow in ('labor_cost', 'expense_cost', 'vendor_cost')
        and match_key in (select match_key from {{ touched }})
        and match_key not in (select match_key from {{ groups }} where match_key is not null)
    {%- endif %}

),

pool_members as (

    select * from {{ ref('int_recon_pool_members') }}

),

deadlines as (

    select * from {{ ref('int_posting_deadlines') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

posted as (

    select
        match_key,
        min(posted_at) as first_posted_at
    from keyed
    where basis = 'finance_posted' and match_kind = 'origin'
    group by match_key

),

timed as (

    select
        keyed.ledger_id,
        keyed.match_key,
        keyed.flow,
        keyed.source_system,
        keyed.source_id,
        keyed.region,
        keyed.legal_entity_key,
        keyed.project_key,
        keyed.period_id,
        keyed.unmapped_members,
        keyed.functional_currency,
        keyed.amount_functional,
        keyed.amount_group,
        keyed.approved_at,
        {{ add_hours('keyed.approved_at', 'deadlines.hours') }} as sla_at,
        periods.close_due_at,
        coalesce(posted.first_posted_at, pool_members.posted_at) as first_posted_at
    from keyed
    left join posted on keyed.match_key = posted.match_key
    left join pool_members on keyed.ledger_id = pool_members.ledger_id
    left join deadlines
        on
            keyed.flow = deadlines.flow
            and keyed.legal_entity_key = deadlines.legal_entity_key
    left join periods
        on
            keyed.legal_entity_key = periods.legal_entity_key
            and keyed.period_id = periods.period_id
    where keyed.basis = 'operational' and keyed.source_status = 'approved' and keyed.approved_at is not null

)

select
    ledger_id,
    match_key,
    flow,
    source_system,
    source_id,
    region,
    legal_entity_key,
    project_key,
    period_id,
    unmapped_members,
    functional_currency,
    amount_functional,
    amount_group,
    approved_at,
    close_due_at,
    -- the close cuts the time short only for what was approved by then
    case
        when approved_at <= close_due_at and close_due_at < sla_at then close_due_at
        -- what payroll posts is due by the close
        when approved_at is not null then coalesce(sla_at, close_due_at)
    end as due_at,
    first_posted_at
from timed
