with entities as (
    select legal_entity_key from {{ ref('int_legal_entities') }}
    union all
    select 'unmapped' as legal_entity_key
    union all
    select 'none' as legal_entity_key
),

given as (
    select
        {{ resolved_key('periods.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        periods.*
    from {{ ref('stg_erp__accounting_periods') }} as periods
    {{ resolve_join('legal_entity', 'entity_ids', 'periods.source_system', 'periods.legal_entity_id', 'periods.start_date') }}
    where not periods.is_deleted
),

landed as (
    -- two systems may both keep the calendar of one entity: the newer row counts
    select * from (
        select
            *,
            row_number() over (
                partition by legal_entity_key, period_id
                order by updated_at desc, source_system
            ) as rank
        from given
    ) as ranked
    where rank = 1
),

span as (
    select
        legal_entity_key,
        min(start_date) as first_day,
        max(end_date) as last_day
    from landed
    group by legal_entity_key
),

months as (
    select cast(month_start as date) as month_start
    from (
        select unnest(generate_series(first_month, last_month, interval 1 month)) as month_start
        from {{ ref('int_horizon') }}
    ) as series
),

entity_months as (
    select
        entities.legal_entity_key,
        months.month_start,
        last_day(months.month_start) as month_end,
        span.first_day,
        span.last_day,
        span.legal_entity_key is not null as is_extension
    from entities
    cross join months
    left join span on entities.legal_entity_key = span.legal_entity_key
),

-- a calendar may begin or end inside a month: the days beside it are a period of their own, so that none is in no period
stretches as (
    select
        legal_entity_key,
        month_start,
        month_end,
        is_extension,
        month_start as start_date,
        case when first_day <= month_end then {{ add_days('first_day', -1) }} else month_end end as end_date
    from entity_months
    where first_day is null or month_start < first_day
    union all
    select
        legal_entity_key,
        month_start,
        month_end,
        is_extension,
        case when last_day >= month_start then {{ add_days('last_day', 1) }} else month_start end as start_date,
        month_end as end_date
    from entity_months
    where month_end > last_day
),

generated as (
    select
        legal_entity_key,
        -- a part of a month is named by its first day, since the month may be a landed period's name
        case
            when start_date = month_start and end_date = month_end then strftime(start_date, '%Y-%m')
            else strftime(start_date, '%Y-%m-%d')
        end as period_id,
        start_date,
        end_date,
        year(month_start) as fiscal_year,
        is_extension
    from stretches
)

select
    legal_entity_key,
    period_id,
    start_date,
    end_date,
    close_due_at,
    timesheet_cutoff_at,
    closed_at,
    status,
    coalesce(fiscal_year, year(end_date)) as fiscal_year,
    false as is_generated,
    false as is_extension,
    _batch_id
from landed
union all
select
    legal_entity_key,
    period_id,
    start_date,
    end_date,
    cast(null as timestamp with time zone) as close_due_at,
    cast(null as timestamp with time zone) as timesheet_cutoff_at,
    cast(null as timestamp with time zone) as closed_at,
    'open' as status,
    fiscal_year,
    true as is_generated,
    is_extension,
    cast(null as bigint) as _batch_id
from generated
