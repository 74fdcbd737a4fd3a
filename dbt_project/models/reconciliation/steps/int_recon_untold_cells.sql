{{ config(materialized='keyed', key=['match_key'], touched='int_recon_scope') }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_recon_scope') }}

-- Hours of open groups that only one of the two sides states: no difference of hours can be told.

select
    match_key,
    flow,
    legal_entity_key,
    project_key,
    period_id,
    cast(untold_hours as decimal(18, 2)) as untold_hours
from {{ ref('int_recon_cells') }}
where untold_hours <> 0
