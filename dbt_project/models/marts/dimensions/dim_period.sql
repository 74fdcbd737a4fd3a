select
    periods.legal_entity_key,
    periods.period_id,
    periods.start_date,
    periods.end_date,
    periods.close_due_at,
    periods.timesheet_cutoff_at,
    periods.closed_at,
    periods.status,
    cast(periods.fiscal_year as integer) as fiscal_year,
    periods.is_generated,
    periods.start_date <= today.build_date as has_begun
from {{ ref('int_periods') }} as periods
inner join {{ ref('int_today') }} as today on periods.legal_entity_key = today.legal_entity_key
