-- What the ledgers of an entity's periods up to one are worth together: the worst of them.

with periods as (

    select
        legal_entity_key,
        period_id,
        end_date
    from {{ ref('int_periods') }}

),

ledgers as (

    select * from {{ ref('gl_completeness') }}

),

ranked as (

    select
        coalesce(periods.legal_entity_key, ledgers.legal_entity_key) as legal_entity_key,
        coalesce(periods.period_id, ledgers.period_id) as period_id,
        periods.end_date,
        case ledgers.status when 'incomplete' then 3 when 'unproved' then 2 when 'complete' then 1 end as severity
    from periods
    full outer join ledgers
        on
            periods.legal_entity_key = ledgers.legal_entity_key
            and periods.period_id = ledgers.period_id

),

-- periods that end on one day, as a year's last and the one for adjustments, count for each other
to_date as (

    select
        legal_entity_key,
        period_id,
        max(severity) over (partition by legal_entity_key order by end_date nulls last) as severity
    from ranked

)

select
    legal_entity_key,
    period_id,
    -- nothing posted and no trial balance up to here: nobody proved anything
    case severity when 3 then 'incomplete' when 1 then 'complete' else 'unproved' end as status
from to_date
