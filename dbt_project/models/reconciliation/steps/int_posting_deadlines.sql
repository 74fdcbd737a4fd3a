-- Hours from approval to posting for each entity's books and flow: the region's row of the seed, else `*`.

with sla as (

    select * from {{ ref('sla') }}

),

entities as (

    select * from {{ ref('int_legal_entities') }}

)

select
    entities.legal_entity_key,
    entities.region,
    sla.flow,
    max_by(sla.hours, case when sla.region = '*' then 0 else 1 end) as hours
from entities
inner join sla on sla.region = entities.region or sla.region = '*'
group by entities.legal_entity_key, entities.region, sla.flow
