-- Billing is the lines of the issued documents, credit notes negative, less what was voided since: by feed and
-- currency, in transaction amounts, from the staged documents alone.
with documents as (
    select * from {{ ref('stg_billing__invoices') }}
    where not is_deleted
),

expected as (
    select
        lines.source_system,
        documents.currency,
        sum(case when documents.document_type = 'credit_note' then -lines.amount else lines.amount end) as amount
    from {{ ref('stg_billing__invoice_lines') }} as lines
    inner join documents
        on
            lines.source_system = documents.source_system
            and lines.invoice_id = documents.invoice_id
    where not lines.is_deleted and documents.status = 'issued'
    group by lines.source_system, documents.currency
),

found as (
    select
        source_system,
        currency,
        sum(amount_transaction) as amount
    from {{ ref('fct_project_ledger') }}
    where basis = 'finance_posted' and flow = 'billing'
    group by source_system, currency
)

select
    coalesce(expected.source_system, found.source_system) as source_system,
    coalesce(expected.currency, found.currency) as currency,
    expected.amount as expected_amount,
    found.amount as found_amount
from expected
full outer join found
    on
        expected.source_system = found.source_system
        and expected.currency = found.currency
where coalesce(expected.amount, 0) <> coalesce(found.amount, 0)
