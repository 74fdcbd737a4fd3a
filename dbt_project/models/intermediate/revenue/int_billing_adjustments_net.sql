-- Grain: one row an adjustment of an entry of time or expense: each is translated at the rate of its own day, so
-- none may be summed before. Where the adjustment does not say whose entry it is, the id must belong to one system only.
with adjustments as (
    select * from {{ ref('stg_billing__billing_adjustments') }}
    where not is_deleted and type <> 'reclassify'
),

build as (
    select * from {{ ref('int_build') }}
),

entries as (
    select
        'time_entry' as origin_type,
        time_entry_id as origin_id,
        source_system,
        legal_entity_key
    from {{ ref('int_time_priced') }}
    where time_entry_id in (select origin_id from adjustments)
    union all
    select
        'expense' as origin_type,
        expense_id as origin_id,
        source_system,
        legal_entity_key
    from {{ ref('int_expense_priced') }}
    where expense_id in (select origin_id from adjustments)
),

only_system as (
    select
        origin_type,
        origin_id,
        min(source_system) as source_system
    from entries
    group by origin_type, origin_id
    having count(*) = 1
)

select
    adjustments.source_system,
    adjustments.adjustment_id,
    adjustments.origin_type,
    coalesce(adjustments.origin_system, only_system.source_system) as origin_system,
    adjustments.origin_id,
    adjustments.currency,
    adjustments.effective_date,
    case when adjustments.type = 'write_up' then adjustments.amount else -adjustments.amount end as amount,
    coalesce(case when adjustments.type = 'write_up' then adjustments.hours else -adjustments.hours end, 0) as hours
from adjustments
cross join build
left join only_system
    on
        adjustments.origin_type = only_system.origin_type
        and adjustments.origin_id = only_system.origin_id
left join entries
    on
        adjustments.origin_type = entries.origin_type
        and adjustments.origin_id = entries.origin_id
        and coalesce(adjustments.origin_system, only_system.source_system) = entries.source_system
left join {{ ref('int_legal_entities') }} as entities on entries.legal_entity_key = entities.legal_entity_key
-- an adjustment takes force on a day of the entry's books
where
    coalesce(adjustments.origin_system, only_system.source_system) is not null
    and adjustments.effective_date <= {{ local_date('build.build_time', "coalesce(entities.time_zone, 'UTC')") }}
