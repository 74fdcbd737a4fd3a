-- What became of each current line of the general ledger: the project ledger carries those of the flows.

{{ row_fates(
    'gl_line', 'stg_erp__gl_lines', 'gl_line_id',
    fates=[
        ("current_rows.ledger_id <> 'primary'", "'ledger ' || current_rows.ledger_id"),
        ('coalesce(accounts.is_statistical, false)', "'statistical account'"),
        ('unbalanced.journal_id is not null', "'journal does not balance'"),
        ('accounts.account_id is null', "'account never landed'"),
        (
            "accounts.account_class not in ('services_revenue', 'recurring_revenue', 'reimbursable_revenue', 'labor_cost',"
            ~ " 'expense_cost', 'subcontractor_cost', 'intercompany_revenue', 'intercompany_cost', 'loss_provision')",
            "'account class ' || accounts.account_class"
        ),
    ],
    joins=[
        'left join ' ~ ref('stg_erp__accounts') ~ ' as accounts'
        ~ ' on current_rows.source_system = accounts.source_system and current_rows.account_id = accounts.account_id',
        'left join ' ~ ref('int_gl_journals_unbalanced') ~ ' as unbalanced'
        ~ ' on current_rows.source_system = unbalanced.source_system'
        ~ ' and current_rows.legal_entity_id = unbalanced.legal_entity_id'
        ~ ' and current_rows.journal_id = unbalanced.journal_id',
    ]
) }}
