select
    legal_entity_key,
    period_id,
    start_date,
    end_date,
    close_due_at,
    timesheet_cutoff_at,
    closed_at,
    status,
    cast(fiscal_year as integer) as fiscal_year,
    is_generated
from {{ ref('int_periods') }}
