-- Operational less the breaks is posted: in every flow, entity, project and period, to the cent.
select *
from {{ ref('recon_bridge_total') }}
where
    operational_functional - breaks_functional <> posted_functional
    or operational_group - breaks_group <> posted_group
