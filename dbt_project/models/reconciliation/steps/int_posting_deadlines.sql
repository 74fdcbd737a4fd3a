-- Hours from approval to posting for each entity's books and flow: the region's row of the seed, else `*`. None where
-- payroll carries labour to projects: it runs once a period, and is late when the period is due to be closed.

with sla as (

    select * from {{ ref('sla') }}

),

entities as (

    select * from {{ ref('int_legal_entities') }}

),

hours as (

    select
        entities.legal_entity_key,
        entities.region,
        entities.labor_costing,
        sla.flow,
        max_by(sla.hours, case when sla.region = '*' then 0 else 1 end) as hours
    from entities
    inner join sla on sla.region = entities.region or sla.region = '*'
    group by entities.legal_entity_key, entities.region, entities.labor_costing, sla.flow

)

select
    legal_entity_key,
    region,
    flow,
    case when flow <> 'labor_cost' or labor_costing <> 'actual' then hours end as hours
from hours
