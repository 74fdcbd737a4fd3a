{{ config(materialized='view') }}
{#- Each way is a branch of its own over the ledger itself, so that a question about one GL line reads one GL line. -#}
{%- set ledger = ref('fct_project_ledger') -%}
{%- set members = ref('recon_pool_member') -%}
{%- set records = ref('lineage_record') -%}
{%- set meant_periods = ref('lineage_period') -%}
{%- set bill_time = ref('lineage_bill_time') -%}
{%- set entry_origins = "('time_entry', 'expense', 'vendor_bill', 'milestone', 'billing_event')" -%}
{%- set both_ends %}
    posted.flow,
    posted.gl_line_id,
    posted.invoice_line_id,
    posted.source_system as posted_system,
    posted.ledger_id as posted_ledger_id,
    posted.amount_group as posted_group,
    posted._batch_id as posted_batch_id,
    posted._file as posted_file,
    posted._row as posted_row,
    posted.origin_type,
    posted.origin_system,
    posted.origin_id,
    operational.ledger_id as operational_ledger_id,
    coalesce(operational.source_entity, record.entity) as source_entity,
    coalesce(operational.source_system, record.source_system) as operational_system,
    coalesce(operational.source_id, record.source_id) as source_id,
    operational.amount_group as operational_group,
    coalesce(operational._batch_id, record._batch_id) as operational_batch_id,
    coalesce(operational._file, record._file) as operational_file,
    coalesce(operational._row, record._row) as operational_row
from {{ ledger }} as posted
{%- endset %}

select
    case when operational.ledger_id is null and record.ledger_id is null then 'none' else posted.origin_level end as level,
    {{- both_ends }}
left join {{ ledger }} as operational
    on
        operational.basis = 'operational'
        and posted.flow = operational.flow
        and posted.origin_type = operational.origin_type
        and posted.origin_system = operational.origin_system
        and posted.origin_id = operational.origin_id
left join {{ records }} as record on posted.ledger_id = record.ledger_id
where
    posted.basis = 'finance_posted'
    and posted.flow <> 'intercompany'
    and posted.origin_type in {{ entry_origins }}

union all

select
    'bill' as level,
    {{- both_ends }}
inner join {{ bill_time }} as record
    on
        posted.origin_system = record.bill_system
        and posted.origin_id = record.bill_line_id
left join {{ ledger }} as operational on operational.ledger_id is null
where posted.basis = 'finance_posted' and posted.flow = 'vendor_cost' and posted.origin_type = 'vendor_bill'

union all

select
    'pool' as level,
    {{- both_ends }}
inner join {{ members }} as members on posted.ledger_id = members.posted_ledger_id
inner join {{ ledger }} as operational on members.operational_ledger_id = operational.ledger_id
left join {{ records }} as record on operational.ledger_id = record.ledger_id
where posted.basis = 'finance_posted'

union all

select
    case when operational.ledger_id is null then 'none' else 'contract_line_period' end as level,
    {{- both_ends }}
left join {{ meant_periods }} as meant on posted.ledger_id = meant.ledger_id
left join {{ ledger }} as operational
    on
        operational.basis = 'operational'
        and operational.origin_type = 'revenue_schedule'
        and posted.flow = operational.flow
        and posted.contract_line_key = operational.contract_line_key
        and coalesce(meant.period_id, posted.period_id) = operational.period_id
left join {{ records }} as record on operational.ledger_id = record.ledger_id
where
    posted.basis = 'finance_posted'
    and posted.flow <> 'intercompany'
    and (posted.origin_type is null or posted.origin_type not in {{ entry_origins }})
    and not exists (select 1 from {{ members }} as taken where taken.posted_ledger_id = posted.ledger_id)

union all

select
    case when operational.ledger_id is null then 'none' else 'intercompany' end as level,
    {{- both_ends }}
left join {{ ledger }} as operational
    on
        operational.basis = 'operational'
        and posted.flow = operational.flow
        and posted.legal_entity_key = operational.legal_entity_key
        and posted.counterparty_entity_key = operational.counterparty_entity_key
        and posted.project_key = operational.project_key
        and posted.period_id = operational.period_id
left join {{ records }} as record on operational.ledger_id = record.ledger_id
where posted.basis = 'finance_posted' and posted.flow = 'intercompany'
