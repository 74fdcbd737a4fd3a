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

generated as (
    select
        entities.legal_entity_key,
        strftime(months.month_start, '%Y-%m') as period_id,
        months.month_start as start_date,
        last_day(months.month_start) as end_date,
        year(months.month_start) as fiscal_year,
        span.legal_entity_key is not null as is_extension
    from entities
    cross join months
    left join span on entities.legal_entity_key = span.legal_entity_key
    where
        span.legal_entity_key is null
        or last_day(months.month_start) < span.first_day
        or months.month_start > span.last_day
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
