-- The same in hours; those that only one side states are shown apart.
select *
from {{ ref('recon_bridge_total') }}
where operational_hours - breaks_hours - untold_hours <> posted_hours
