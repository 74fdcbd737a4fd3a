-- Each posted row of the ledger is in the lineage, if only as one that nothing stands behind.
select ledger.ledger_id
from {{ ref('fct_project_ledger') }} as ledger
left join {{ ref('lineage') }} as lineage on ledger.ledger_id = lineage.posted_ledger_id
where ledger.basis = 'finance_posted' and lineage.posted_ledger_id is null
