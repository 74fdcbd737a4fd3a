{#
  The ledger lines that name one of the invoices in the CTE `documents`, or a line of one, of their own accord or by a link,
  and those that take such a line back: a reversal takes over the records of what it reverses. `invoice_lines_changed` names
  invoice lines besides that may be gone.
#}
{% macro lines_naming(documents, invoice_lines_changed=none) %}
    {%- set lines = ref('int_gl_lines') %}
    {%- set invoice_lines = ref('int_invoice_lines') %}
    with names as (
        select
            source_system as origin_system,
            invoice_id as origin_id
        from {{ documents }}
        union
        select
            source_system,
            invoice_line_id
        from {{ invoice_lines }}
        where (source_system, invoice_id) in (select source_system, invoice_id from {{ documents }})
        {%- if invoice_lines_changed %}
        union
        select
            source_system,
            invoice_line_id
        from {{ invoice_lines_changed }}
        {%- endif %}
    ),

    naming as (
        {%- for named in [lines, ref('stg_erp__posting_links')] %}
        select
            source_system,
            gl_line_id
        from {{ named }}
        where origin_type = 'invoice' and (origin_system, origin_id) in (select origin_system, origin_id from names)
        {{ 'union' if not loop.last }}
        {%- endfor %}
    )

    select
        source_system,
        gl_line_id
    from naming
    union
    select
        source_system,
        gl_line_id
    from {{ lines }}
    where (source_system, reverses_gl_line_id) in (select source_system, gl_line_id from naming)
{% endmacro %}
