{# The invoices (source_system, invoice_id) that ledger lines name, of their own accord or by a link: lines in the CTE `rows`. #}
{% macro documents_named(rows) %}
    {%- set invoice_lines = ref('int_invoice_lines') %}
    {%- for found_by in ['invoice_line_id', 'invoice_id'] %}
    select
        source_system,
        invoice_id
    from {{ invoice_lines }}
    where (source_system, {{ found_by }}) in (
        {%- for named in [ref('int_gl_lines'), ref('stg_erp__posting_links')] %}
        select
            origin_system,
            origin_id
        from {{ named }}
        where origin_type = 'invoice' and (source_system, gl_line_id) in (select source_system, gl_line_id from {{ rows }})
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
    {{ 'union' if not loop.last }}
    {%- endfor %}
{% endmacro %}
