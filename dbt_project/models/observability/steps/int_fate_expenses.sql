-- What became of each current expense.

{{ row_fates(
    'expense', 'stg_expense__expenses', 'expense_id',
    fates=[("current_rows.status in ('draft', 'rejected')", "'status ' || current_rows.status")]
) }}
