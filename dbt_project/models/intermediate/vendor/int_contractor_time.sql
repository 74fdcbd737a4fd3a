select
    source_system,
    time_entry_id,
    po_line_id,
    work_date,
    status,
    cost_transaction,
    cost_currency,
    cost_functional,
    functional_currency
from {{ ref('int_time_priced') }}
where worker_type = 'contractor' and not is_deleted and status in ('submitted', 'approved')
