-- Grain: one row a legal entity, `unmapped` and `none` included: the day of the build where its books are kept. What has
-- begun, is running or has ended is asked of this day; between two midnights the entities' days differ.
with entities as (
    select legal_entity_key, time_zone from {{ ref('int_legal_entities') }}
    union all
    select 'unmapped' as legal_entity_key, 'UTC' as time_zone
    union all
    select 'none' as legal_entity_key, 'UTC' as time_zone
)

select
    entities.legal_entity_key,
    {{ local_date('build.build_time', 'entities.time_zone') }} as build_date
from entities
cross join {{ ref('int_build') }} as build
