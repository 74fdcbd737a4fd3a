-- Records that first landed after the figures of their closed period had been certified: whatever day they bear, what was
-- signed did not hold them. Before a certificate there is nothing to hold them against, and history loads in peace.
{%- set origins = [
    ('time_entry', 'time_entry', 'time_entry_id', "'submitted', 'approved'"),
    ('expense', 'expense', 'expense_id', "'submitted', 'approved'"),
    ('vendor_bill', 'vendor_bill_line', 'bill_line_id', "'approved'"),
    ('milestone', 'milestone', 'milestone_id', "'completed'"),
] %}

with late_batches as (

    select * from {{ ref('int_late_batches') }}

),

batches as (

    select batch_id, committed_at from {{ ref('stg_lake__committed_batches') }}

),

counted as (

    select * from {{ ref('int_control_records') }}
    where
        not coalesce(is_deleted, false)
        and (origin_type, status) in (
            {%- for origin_type, entity, id, states in origins %}
            {%- for state in states.split(', ') %}
            ('{{ origin_type }}', {{ state }}){{ ',' if not loop.last }}
            {%- endfor %}{{ ',' if not loop.last }}
            {%- endfor %}
        )

),

{%- for origin_type, entity, id, states in origins %}
{{ entity }}_late as (

    select distinct
        source_system,
        {{ id }}
    from {{ source('lake', entity) }}
    where _batch_id in (select batch_id from late_batches)

),
{% endfor %}
first_landed as (
{%- for origin_type, entity, id, states in origins %}
    select
        '{{ origin_type }}' as origin_type,
        landed.source_system as origin_system,
        landed.{{ id }} as origin_id,
        min(batches.committed_at) as landed_at,
        min_by(batches.batch_id, batches.committed_at) as batch_id
    from {{ source('lake', entity) }} as landed
    inner join batches on landed._batch_id = batches.batch_id
    where (landed.source_system, landed.{{ id }}) in (select source_system, {{ id }} from {{ entity }}_late)
    group by landed.source_system, landed.{{ id }}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
),

-- what was edited after the close as well is told of already
told as (

    select * from {{ ref('int_control_changes') }}

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    counted.legal_entity_key,
    counted.project_key,
    counted.period_id,
    counted.origin_type as subject_type,
    counted.origin_system as subject_system,
    counted.origin_id as subject_id,
    any_value(counted.amount_group) as amount_group,
    min(first_landed.landed_at) as breached_at,
    'landed only after its closed period had been certified' as detail
from counted
inner join first_landed
    on
        counted.origin_type = first_landed.origin_type
        and counted.origin_system = first_landed.origin_system
        and counted.origin_id = first_landed.origin_id
inner join late_batches
    on
        counted.legal_entity_key = late_batches.legal_entity_key
        and counted.period_id = late_batches.period_id
        and first_landed.batch_id = late_batches.batch_id
left join told
    on
        counted.legal_entity_key = told.legal_entity_key
        and counted.period_id = told.period_id
        and counted.origin_type = told.subject_type
        and counted.origin_system = told.subject_system
        and counted.origin_id = told.subject_id
where told.subject_id is null
group by
    counted.legal_entity_key, counted.project_key, counted.period_id, counted.origin_type, counted.origin_system,
    counted.origin_id
