-- Journals posted into a period that was closed at that moment.

with lines as (

    select * from {{ ref('int_gl_lines') }}

),

closures as (

    select * from {{ ref('int_period_closures') }}

),

late_journals as (

    select
        lines.source_system,
        lines.journal_id,
        lines.legal_entity_key,
        lines.period_id,
        min(lines.posted_at) as posted_at,
        max(closures.closed_from) as closed_from,
        -- one side of the journal; the sides are equal
        sum({{ translate('lines.functional_amount', 'lines.group_rate') }}) filter (where lines.functional_amount > 0)
            as amount_group
    from lines
    inner join closures
        on
            lines.legal_entity_key = closures.legal_entity_key
            and lines.period_id = closures.period_id
            and lines.posted_at >= closures.closed_from
            and (closures.closed_until is null or lines.posted_at < closures.closed_until)
    group by lines.source_system, lines.journal_id, lines.legal_entity_key, lines.period_id

)

select
    'posted_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    cast(null as varchar) as project_key,
    period_id,
    'journal' as subject_type,
    source_system as subject_system,
    journal_id as subject_id,
    amount_group,
    posted_at as breached_at,
    'the period was closed at that moment' as detail
from late_journals
