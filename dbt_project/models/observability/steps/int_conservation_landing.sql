-- Rows read against rows accounted for, by file; rows landed against rows in the lake, by entity.

{%- set entities = graph.sources.values() | selectattr('source_name', 'equalto', 'lake') | map(attribute='name') | sort if execute else [] %}

with files as (

    select landed.*
    from {{ source('landing', 'batch_files') }} as landed
    inner join {{ ref('stg_lake__committed_batches') }} as batches on landed.batch_id = batches.batch_id

),

-- counted by batch, so that a scan needs no look-up of the committed ones
counted as (
{%- for entity in entities %}
    select
        '{{ entity }}' as entity,
        _batch_id as batch_id,
        count(*) as rows
    from {{ source('lake', entity) }}
    group by _batch_id
    {% if not loop.last %}union all{% endif %}
{%- else %}
    select
        cast(null as varchar) as entity,
        cast(null as bigint) as batch_id,
        0 as rows
{%- endfor %}
),

committed as (

    select
        counted.entity,
        counted.rows
    from counted
    inner join {{ ref('stg_lake__committed_batches') }} as batches on counted.batch_id = batches.batch_id

),

lake_rows as (

    -- an entity whose rows are all gone has none, and is not left out
    select
        named.entity,
        coalesce(sum(committed.rows), 0) as rows
    from (values {% for entity in entities %}('{{ entity }}'){{ ', ' if not loop.last }}{% else %}(null){% endfor %}) as named (entity)
    left join committed on named.entity = committed.entity
    group by named.entity

),

landed as (

    select
        entity,
        sum(landed + coalesce(tombstones, 0)) as rows
    from files
    group by entity

)

select
    'read = landed + quarantined + excluded' as check_name,
    feed || ' ' || entity || ' ' || file || ' in batch ' || batch_id as subject,
    rows_read as expected,
    landed + quarantined + excluded as found
from files

union all

select
    'landed rows are in the lake',
    lake_rows.entity,
    coalesce(landed.rows, 0),
    lake_rows.rows
from lake_rows
left join landed on lake_rows.entity = landed.entity
where lake_rows.entity is not null

union all

select
    'every current row is in the mart or in a named exclusion',
    entity,
    sum(rows),
    coalesce(sum(rows) filter (where fate <> 'lost'), 0)
from {{ ref('obs_row_fates') }}
group by entity
