{%- set ledger = ref('fct_project_ledger') -%}
{%- set members = ref('recon_pool_member') -%}
{%- set lineage = ref('lineage') -%}
{%- set is_increment = build_is_increment() -%}
-- Each posted row of the ledger is in the lineage, if only as one that nothing stands behind. A full build asks the lineage
-- itself. An increment stands on the same view (another one makes the build full), and of that view's ways, which a row
-- takes by its own flow and origin, only the one by pool asks for a second row: whoever has no flow, or was taken by a pool
-- for a row that is not there, is the only one that can be missing.
{% if is_increment -%}
select members.posted_ledger_id as ledger_id
from {{ members }} as members
left join {{ ledger }} as operational on members.operational_ledger_id = operational.ledger_id
where operational.ledger_id is null
union all
select ledger_id
from {{ ledger }}
where basis = 'finance_posted' and flow is null
{%- else -%}
select ledger.ledger_id
from {{ ledger }} as ledger
left join {{ lineage }} as lineage on ledger.ledger_id = lineage.posted_ledger_id
where ledger.basis = 'finance_posted' and lineage.posted_ledger_id is null
{%- endif %}
