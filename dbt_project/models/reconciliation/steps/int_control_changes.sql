-- Records whose figures changed after a close, at the source or, late, in what landed after the certificate. A change is one
-- of the period that a record stood in at the close, or stands in since: a record that was moved out of a closed period, or
-- into other books, has left its figures short. What it costs is looked for in the books of its cost, what it is sold for in
-- its project's.

with entities as (

    select legal_entity_key, coalesce(time_zone, 'UTC') as time_zone
    from {{ ref('int_legal_entities') }}

),

entries as (

    select * from {{ ref('int_control_records') }}

),

closures as (

    select * from {{ ref('int_period_closures') }}

),

late_batches as (

    select * from {{ ref('int_late_batches') }}

),

versions as (

    select
        versions.*,
        batches.committed_at as landed_at
    from {{ ref('int_source_versions') }} as versions
    inner join {{ ref('stg_lake__committed_batches') }} as batches on versions._batch_id = batches.batch_id

),

-- the books that each version stood in: a bill's own, a milestone's project's, else the worker's on the day; contractors
-- and people without a known entity stand in the project's. A version that does not say stands in the record's.
resolved as (

    select
        versions.origin_type,
        versions.origin_system,
        versions.origin_id,
        versions.updated_at,
        versions.landed_at,
        versions._batch_id,
        versions.cost_figures,
        versions.revenue_figures,
        versions.dated_on,
        versions.dated_at,
        entries.first_known_at,
        entries.legal_entity_key as entry_entity_key,
        projects.legal_entity_key as project_entity_key,
        case versions.origin_type
            when 'vendor_bill' then entity_ids.key
            when 'milestone' then projects.legal_entity_key
            else
                coalesce(
                    case
                        when versions.origin_type <> 'time_entry' or coalesce(workers.worker_type, 'employee') <> 'contractor'
                            then nullif(coalesce(beside.legal_entity_key, terms.legal_entity_key), 'unmapped')
                    end,
                    projects.legal_entity_key
                )
        end as version_entity_key
    from versions
    inner join entries
        on
            versions.origin_type = entries.origin_type
            and versions.origin_system = entries.origin_system
            and versions.origin_id = entries.origin_id
    {{ resolve_join('legal_entity', 'entity_ids', 'versions.origin_system', 'versions.legal_entity_id', 'versions.dated_on') }}
    {{ resolve_join('project', 'project_ids', 'versions.origin_system', 'versions.project_id', 'coalesce(versions.dated_on, cast(versions.dated_at as date))') }}
    {{ resolve_join('employee', 'worker_ids', 'versions.origin_system', 'versions.employee_id', 'versions.dated_on') }}
    left join {{ ref('int_projects') }} as projects on project_ids.key = projects.project_key
    left join {{ ref('int_workers') }} as workers on worker_ids.key = workers.worker_key
    {{ worker_terms_join('worker_ids.key', month_start('versions.dated_on'), 'versions.dated_on', 'projects.legal_entity_key') }}

),

booked as (

    select
        *,
        'cost' as side,
        cost_figures as figures,
        coalesce(version_entity_key, entry_entity_key) as legal_entity_key
    from resolved
    union all
    select
        *,
        'revenue' as side,
        revenue_figures as figures,
        coalesce(project_entity_key, entry_entity_key) as legal_entity_key
    from resolved
    where origin_type in ('time_entry', 'expense')

),

-- the period of each version, by its own day in those books
placed as (

    select
        booked.side,
        booked.origin_type,
        booked.origin_system,
        booked.origin_id,
        booked.updated_at,
        booked.landed_at,
        booked._batch_id,
        booked.figures,
        booked.legal_entity_key,
        {{ shifted_period('work_periods', 'shifts') }} as period_id
    from booked
    inner join entities on booked.legal_entity_key = entities.legal_entity_key
    {{ work_period_join('work_periods', 'booked.legal_entity_key', 'coalesce(booked.dated_on, ' ~ local_date('booked.dated_at', 'entities.time_zone') ~ ')') }}
    {{ period_shift_join('shifts', 'work_periods', 'booked.legal_entity_key', 'booked.first_known_at') }}

),

stood as (

    select distinct
        side,
        origin_type,
        origin_system,
        origin_id,
        legal_entity_key,
        period_id
    from placed
    where figures <> 'out'

),

-- what each version says of every place that some version of its record stood in
followed as (

    select
        stood.*,
        placed.updated_at,
        placed.landed_at,
        placed._batch_id,
        case
            when placed.legal_entity_key = stood.legal_entity_key and placed.period_id = stood.period_id then placed.figures
            else 'out'
        end as figures_here
    from stood
    inner join placed
        on
            stood.side = placed.side
            and stood.origin_type = placed.origin_type
            and stood.origin_system = placed.origin_system
            and stood.origin_id = placed.origin_id

),

compared as (
{%- set record = ['side', 'origin_type', 'origin_system', 'origin_id', 'legal_entity_key', 'period_id'] %}

    select
        {%- for column in record %}
        followed.{{ column }},
        {%- endfor %}
        closures.closed_from,
        max_by(followed.figures_here, (followed.updated_at, followed._batch_id)) filter (
            where followed.updated_at <= closures.closed_from
        ) as figures_at_close,
        max_by(followed.figures_here, (followed.updated_at, followed._batch_id)) filter (
            where
            followed.updated_at > closures.closed_from
            and (closures.closed_until is null or followed.updated_at < closures.closed_until)
        ) as figures_after,
        max(followed.updated_at) as changed_at
    from followed
    inner join closures
        on
            followed.legal_entity_key = closures.legal_entity_key
            and followed.period_id = closures.period_id
    group by
        {%- for column in record %}
        followed.{{ column }},
        {%- endfor %}
        closures.closed_from
    union all
    -- a version of an old day that landed late counts from the day that it bears: what was signed did not hold it
    select
        {%- for column in record %}
        followed.{{ column }},
        {%- endfor %}
        null,
        max_by(followed.figures_here, (followed.updated_at, followed._batch_id)) filter (where late_batches.batch_id is null),
        max_by(followed.figures_here, (followed.updated_at, followed._batch_id)),
        max(late_batches.committed_at)
    from followed
    inner join (select distinct legal_entity_key, period_id, closed_until from late_batches) as certified
        on
            followed.legal_entity_key = certified.legal_entity_key
            and followed.period_id = certified.period_id
            and (certified.closed_until is null or followed.landed_at < certified.closed_until)
    left join late_batches
        on
            certified.legal_entity_key = late_batches.legal_entity_key
            and certified.period_id = late_batches.period_id
            and certified.closed_until is not distinct from late_batches.closed_until
            and followed._batch_id = late_batches.batch_id
    group by
        {%- for column in record %}
        followed.{{ column }},
        {%- endfor %}
        certified.closed_until

),

changed as (

    select
        origin_type,
        origin_system,
        origin_id,
        legal_entity_key,
        period_id,
        -- what was edited after the close is told by that, whenever it landed
        coalesce(max(changed_at) filter (where closed_from is not null), max(changed_at)) as changed_at,
        count(closed_from) = 0 as is_late_landing
    from compared
    where figures_at_close <> figures_after
    group by origin_type, origin_system, origin_id, legal_entity_key, period_id

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    changed.legal_entity_key,
    entries.project_key,
    changed.period_id,
    entries.origin_type as subject_type,
    entries.origin_system as subject_system,
    entries.origin_id as subject_id,
    entries.amount_group,
    changed.changed_at as breached_at,
    case
        when changed.is_late_landing then 'a version of an earlier day landed only after its closed period had been certified'
        else 'figures of a closed period changed at the source'
    end as detail
from changed
inner join entries
    on
        changed.origin_type = entries.origin_type
        and changed.origin_system = entries.origin_system
        and changed.origin_id = entries.origin_id
