-- What the ledger's operational side cannot say: the origin of a posting that no operational figure counts any
-- more (deleted, rejected, its time billed by now), and the contract line that a computed figure was made of.

{{ config(materialized='keyed', key=['ledger_id'], touched='int_touched_lineage') }}
-- depends_on: {{ ref('stg_lake__build_scope') }}

with posted as (

    select
        ledger_id,
        flow,
        origin_type,
        origin_system,
        origin_id
    from {{ ref('fct_project_ledger') }} as every_row
    where
        basis = 'finance_posted'
        and flow <> 'intercompany'
        and origin_type in ('time_entry', 'expense', 'vendor_bill', 'milestone', 'billing_event')
        {{ touched_only('int_touched_lineage', ['ledger_id'], 'every_row', opening='and') }}

),

{%- set owners = [
    ('time_entry', 'time_entry', 'stg_psa__time_entries', 'time_entry_id'),
    ('expense', 'expense', 'stg_expense__expenses', 'expense_id'),
    ('vendor_bill', 'vendor_bill_line', 'stg_procurement__vendor_bill_lines', 'bill_line_id'),
    ('milestone', 'milestone', 'stg_psa__milestones', 'milestone_id'),
    ('billing_event', 'billing_event', 'stg_billing__billing_events', 'billing_event_id'),
] %}

uncounted as (

    select
        posted.ledger_id,
        posted.origin_type,
        posted.origin_system,
        posted.origin_id
    from posted
    left join {{ ref('fct_project_ledger') }} as operational
        on
            operational.basis = 'operational'
            and posted.flow = operational.flow
            and posted.origin_type = operational.origin_type
            and posted.origin_system = operational.origin_system
            and posted.origin_id = operational.origin_id
    where operational.ledger_id is null

),

computed as (

    select
        ledger_id,
        contract_line_key
    from {{ ref('fct_project_ledger') }}
    where basis = 'operational' and source_entity = 'contract_line'

),

lines as (

    select
        contract_line_key,
        min(source_system) as source_system,
        min_by(contract_line_id, source_system) as contract_line_id
    from {{ ref('int_contract_line_terms') }}
    group by contract_line_key

),

amendments as (

    select
        source_system,
        contract_line_id,
        _batch_id,
        _file,
        _row,
        row_number() over (partition by source_system, contract_line_id order by amendment_no desc) as newest
    from {{ ref('stg_crm__contract_lines') }}

)

{% for origin_type, entity, model, key in owners %}
select
    uncounted.ledger_id,
    '{{ entity }}' as entity,
    records.source_system,
    records.{{ key }} as source_id,
    records._batch_id,
    records._file,
    records._row
from uncounted
inner join {{ ref(model) }} as records
    on
        uncounted.origin_system = records.source_system
        and uncounted.origin_id = records.{{ key }}
where uncounted.origin_type = '{{ origin_type }}'

union all
{% endfor %}
select
    computed.ledger_id,
    'contract_line' as entity,
    amendments.source_system,
    amendments.contract_line_id as source_id,
    amendments._batch_id,
    amendments._file,
    amendments._row
from computed
inner join lines on computed.contract_line_key = lines.contract_line_key
inner join amendments
    on
        lines.source_system = amendments.source_system
        and lines.contract_line_id = amendments.contract_line_id
        and amendments.newest = 1
