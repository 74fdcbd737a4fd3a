-- Rows read against rows accounted for, by file; rows landed against rows in the lake, by entity.

{%- set entities = graph.sources.values() | selectattr('source_name', 'equalto', 'lake') | map(attribute='name') | sort if execute else [] %}

with files as (

    select landed.*
    from {{ source('landing', 'batch_files') }} as landed
    inner join {{ ref('stg_lake__committed_batches') }} as batches on landed.batch_id = batches.batch_id

),

lake_rows as (
{%- for entity in entities %}
    select
        '{{ entity }}' as entity,
        count(*) as rows
    from {{ source('lake', entity) }}
    where _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
    {% if not loop.last %}union all{% endif %}
{%- else %}
    select
        cast(null as varchar) as entity,
        0 as rows
{%- endfor %}
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
