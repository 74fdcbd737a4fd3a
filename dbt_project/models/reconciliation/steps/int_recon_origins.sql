-- Did the origin of a posting ever land, and does its source still stand by it? Only for postings that
-- no operational row stands behind.

with wanted as (

    select distinct
        coalesce(match_origin_type, origin_type) as origin_type,
        -- a record that no feed instance has, or several, is nobody's
        coalesce(match_origin_system, origin_system, 'none') as origin_system,
        coalesce(match_origin_id, origin_id) as origin_id
    from {{ ref('int_recon_matched') }}
    where basis = 'finance_posted' and coalesce(match_origin_id, origin_id) is not null

),

landed as (

    {{ origin_records() }}

)

select
    wanted.origin_type,
    wanted.origin_system,
    wanted.origin_id,
    landed.origin_id is not null as is_landed,
    coalesce(landed.is_deleted, false) as is_deleted,
    landed.status,
    coalesce(
        landed.is_deleted or landed.status in ('draft', 'rejected', 'void', 'cancelled', 'planned'), false
    ) as is_reversed_at_source
from wanted
left join landed
    on
        wanted.origin_type = landed.origin_type
        and wanted.origin_system = landed.origin_system
        and wanted.origin_id = landed.origin_id
