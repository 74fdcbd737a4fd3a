{{ config(materialized='keyed', key=['subject_type', 'subject_system', 'subject_id']) }}
-- All landed versions of ledger lines, invoice lines and billing events that have more than one, with what each says as one
-- text: what counts is whether a figure changed, not that a row was sent again.

{%- set records = [
    ['gl_line', 'gl_line_id', 'true', [
        'legal_entity_id', 'period_id', 'account_id', 'project_id', 'employee_id', 'customer_id', 'contract_line_id',
        'counterparty_entity_id', 'ledger_id', 'amount', 'currency', 'functional_amount', 'quantity',
    ], {'legal_entity_id': 'legal_entity_id', 'period_id': 'period_id', 'dated_on': 'posting_date'}],
    ['invoice_line', 'invoice_line_id', 'true', [
        'invoice_id', 'project_id', 'contract_line_id', 'amount', 'functional_amount', 'quantity',
    ], {'parent_id': 'invoice_id'}],
    ['billing_event', 'billing_event_id', "status in ('released', 'invoiced', 'on_hold')", [
        'contract_line_id', 'amount', 'currency', 'due_date',
    ], {'parent_id': 'contract_line_id', 'dated_on': 'due_date'}],
] %}

{%- set is_update = in_increment() %}
{%- set new_ids = new_batches() %}
{%- set committed = ref('stg_lake__committed_batches') %}

with
{%- for entity, id, counts, figures, place in records %}
-- most came once: only the others are read whole, and in an increment only those of which a version is new
{{ entity }}_repeated as (

    select source_system, {{ id }}
    from {{ source('lake', entity) }}
    where
        _batch_id in (select batch_id from {{ committed }})
        {{ known_at('updated_at', clock='data') }}
        {%- if is_update %}
        and (source_system, {{ id }}) in (
            select source_system, {{ id }} from {{ source('lake', entity) }} where _batch_id in ({{ new_ids }})
        )
        {%- endif %}
    group by source_system, {{ id }}
    having count(*) > 1

){{ ',' if not loop.last }}
{%- endfor %}
{% for entity, id, counts, figures, place in records %}
select
    '{{ entity }}' as subject_type,
    source_system as subject_system,
    {{ id }} as subject_id,
    {%- for column, type in [
        ('legal_entity_id', 'varchar'), ('period_id', 'varchar'), ('parent_id', 'varchar'), ('dated_on', 'date')
    ] %}
    cast({{ place.get(column, 'null') }} as {{ type }}) as {{ column }},
    {%- endfor %}
    case
        when {{ counts }} then concat_ws('|'{% for figure in figures %}, coalesce(cast({{ figure }} as varchar), ''){% endfor %})
        else 'out'
    end as figures,
    updated_at,
    coalesce(is_deleted, false) as is_deleted,
    _batch_id,
    _file,
    _row
from {{ source('lake', entity) }}
where
    _batch_id in (select batch_id from {{ committed }})
    {{ known_at('updated_at', clock='data') }}
    and (source_system, {{ id }}) in (select source_system, {{ id }} from {{ entity }}_repeated)
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
