select
    source_system,
    legal_entity_id,
    journal_id,
    min(period_id) as period_id,
    min(posting_date) as posting_date,
    max(posted_at) as posted_at,
    count(*) as line_count,
    cast(sum(functional_amount) as decimal(18, 2)) as imbalance_functional
from {{ ref('int_gl_lines_current') }}
group by source_system, legal_entity_id, journal_id
having sum(functional_amount) <> 0
