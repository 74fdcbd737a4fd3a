-- Until when an accrual of a period may stand: the last day of the entity's next period.

with periods as (

    select * from {{ ref('int_periods') }}

),

entities as (

    select * from {{ ref('int_legal_entities') }}

)

select
    periods.legal_entity_key,
    periods.period_id,
    entities.time_zone,
    lead(periods.end_date) over (
        partition by periods.legal_entity_key
        order by periods.start_date asc nulls last
    ) as accrual_ends_on
from periods
inner join entities on periods.legal_entity_key = entities.legal_entity_key
