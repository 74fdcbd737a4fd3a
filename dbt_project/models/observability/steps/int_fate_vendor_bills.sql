-- What became of each current vendor bill line.

{{ row_fates(
    'vendor_bill_line', 'stg_procurement__vendor_bill_lines', 'bill_line_id',
    fates=[("current_rows.status in ('draft', 'void')", "'status ' || current_rows.status")]
) }}
