{%- set before = adapter.get_relation(this.database, this.schema, 'int_invoice_lines') -%}
{%- set key = ['source_system', 'invoice_line_id'] -%}
{%- set documents = ref('stg_billing__invoices') -%}
{%- set lines = ref('stg_billing__invoice_lines') -%}
{%- set is_full = build_is_full() -%}
{%- set new_ids = new_batches() -%}
{%- set landed = [source('lake', 'invoice_line'), source('lake', 'invoice_line_source')] -%}
{%- set staged = '(select lines.*, documents.legal_entity_id, documents.customer_id from ' ~ lines ~ ' as lines inner join '
    ~ documents ~ ' as documents using (source_system, invoice_id))' -%}
{%- set reached = touched_by(before, key, [
    ('int_legal_entities', ['legal_entity_key']),
    ('int_period_days', ['legal_entity_key', 'invoice_date']),
    ('int_period_days', ['legal_entity_key', 'void_date']),
    ('int_fx_days', ['currency', 'functional_currency', 'invoice_date']),
]) -%}
{%- set renamed = touched_by(staged, key, [
    ('int_origin_systems', ['origin_type']),
    ('int_origin_instances', ['origin_type', 'origin_id']),
    ('int_id_map', ["'legal_entity'", 'source_system', 'legal_entity_id']),
    ('int_id_map', ["'customer'", 'source_system', 'customer_id']),
    ('int_id_map', ["'project'", 'source_system', 'project_id']),
    ('int_id_map', ["'contract_line'", 'source_system', 'contract_line_id']),
]) -%}
{%- if execute and before is not none and not is_full -%}
with reached_lines as (
    {%- for entity in landed %}
    select {{ key | join(', ') }}
    from {{ entity }}
    where _batch_id in ({{ new_ids }})
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ reached }}
    {{ renamed }}
),

-- whole documents, since their lines share what they take back: those that a line left, too
reached_documents as (
    select
        source_system,
        invoice_id
    from {{ source('lake', 'invoice') }}
    where _batch_id in ({{ new_ids }})
    {%- for rows in [lines, before] %}
    union
    select
        source_system,
        invoice_id
    from {{ rows }}
    where ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from reached_lines)
    {%- endfor %}
),

-- a credit note takes back what the invoice billed that it applies to
with_credit_notes as (
    select
        source_system,
        invoice_id
    from reached_documents
    union
    select
        source_system,
        invoice_id
    from {{ documents }}
    where (source_system, applies_to_invoice_id) in (select source_system, invoice_id from reached_documents)
)

select {{ key | join(', ') }}
from {{ lines }}
where (source_system, invoice_id) in (select source_system, invoice_id from with_credit_notes)
{%- else -%}
-- a full build touches everything, and asks nobody which
select {{ key | join(', ') }}
from {{ lines }}
where false
{%- endif %}
