-- What the ledgers of an entity's periods up to one are worth together: the worst of them.

with ledgers as (

    select
        coalesce(periods.legal_entity_key, completeness.legal_entity_key) as legal_entity_key,
        coalesce(periods.period_id, completeness.period_id) as period_id,
        periods.end_date,
        case completeness.status when 'incomplete' then 3 when 'unproved' then 2 when 'complete' then 1 end as severity
    from {{ ref('int_periods') }} as periods
    full outer join {{ ref('gl_completeness') }} as completeness
        on
            periods.legal_entity_key = completeness.legal_entity_key
            and periods.period_id = completeness.period_id

),

-- periods that end on one day, as a year's last and the one for adjustments, count for each other
days as (

    select
        legal_entity_key,
        end_date,
        max(severity) as severity
    from ledgers
    group by legal_entity_key, end_date

),

to_date as (

    select
        legal_entity_key,
        end_date,
        -- before the first ledger nobody expects one; a period without any after it may be lost: nobody proved it
        max(case when severity is null and first_ledger_end < end_date then 2 else severity end)
            over (partition by legal_entity_key order by end_date nulls last) as severity
    from (
        select
            days.*,
            min(case when severity is not null then end_date end) over (partition by legal_entity_key) as first_ledger_end
        from days
    ) as known

)

select
    ledgers.legal_entity_key,
    ledgers.period_id,
    case to_date.severity when 3 then 'incomplete' when 1 then 'complete' else 'unproved' end as status
from ledgers
inner join to_date
    on
        ledgers.legal_entity_key = to_date.legal_entity_key
        and ledgers.end_date is not distinct from to_date.end_date
