-- What became of each current invoice line.

{{ row_fates(
    'invoice_line', 'stg_billing__invoice_lines', 'invoice_line_id',
    fates=[
        ('invoices.invoice_id is null', "'invoice never landed'"),
        ('invoices.is_deleted', "'invoice deleted at the source'"),
        ("invoices.status in ('draft', 'on_hold')", "'invoice ' || invoices.status"),
        ("invoices.status = 'void' and invoices.issued_at is null", "'invoice void before it was issued'"),
    ],
    joins=[
        'left join ' ~ ref('stg_billing__invoices') ~ ' as invoices'
        ~ ' on current_rows.source_system = invoices.source_system and current_rows.invoice_id = invoices.invoice_id',
    ]
) }}
