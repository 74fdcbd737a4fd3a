-- What closed figures stand on and that was changed after the close for days of the closed period, so that they are no longer
-- what was closed. Of what nothing was known at the close is a first load.

with places as (

    select * from {{ ref('int_ground_places') }}

),

versions as (

    select * from {{ ref('int_ground_versions') }}

),

told as (
    {{ around_close(
        'places', 'versions',
        thing=['subject_type', 'thing'],
        record=['record'],
        carried=['figures', 'valid_from', 'valid_to'],
        fits='stood.subject_type = versions.subject_type and stood.thing = versions.thing'
    ) }}
),

stated as (

    select
        *,
        concat_ws(
            '|', figures, cast(greatest(valid_from, first_day) as varchar), cast(least(valid_to, last_day + 1) as varchar)
        ) as terms
    from told
    where valid_from <= last_day and valid_to > first_day

),

compared as (

    select
        subject_type,
        thing,
        legal_entity_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        {{ before_and_after("string_agg(terms, ', ' order by terms)") }}
    from stated
    group by subject_type, thing, legal_entity_key, period_id, closed_from

)

{{ changed_after_close(
    'subject_type', 'thing',
    detail="'what figures of a closed period stand on changed at the source'",
    project_key="case when subject_type = 'project' then thing end"
) }}
