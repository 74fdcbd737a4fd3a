-- Ledger lines, invoice lines and billing events of a closed period that were changed, moved or deleted after the close: the
-- books, or what may be billed, are no longer what was closed. What first came after the close is told by its posting.

with places as (

    select
        *,
        subject_system || '|' || subject_id as thing
    from {{ ref('int_posted_places') }}

),

versions as (

    select
        *,
        subject_system || '|' || subject_id as thing
    from {{ ref('int_posted_versions') }}

),

told as (
    {{ around_close(
        'places', 'versions',
        thing=['subject_type', 'thing'],
        record=['thing'],
        carried=['figures'],
        fits='stood.subject_type = versions.subject_type and stood.thing = versions.thing'
    ) }}
),

compared as (

    select
        subject_type,
        subject_system,
        subject_id,
        legal_entity_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        nullif(any_value(figures) filter (where state = 'before'), 'out') as figures_before,
        any_value(figures) filter (where state = 'after') as figures_after
    from told
    group by subject_type, subject_system, subject_id, legal_entity_key, period_id, closed_from

)

{{ changed_after_close(
    'subject_type', 'subject_id',
    detail="'a posting, bill or billing event of a closed period changed at the source'",
    project_key='cast(null as varchar)',
    subject_system='subject_system'
) }}
