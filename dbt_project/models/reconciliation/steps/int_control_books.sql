-- Breaches in the books themselves: posted into a closed period, reopened, out of balance, incomplete.

with lines as (

    select * from {{ ref('int_gl_lines') }}

),

closures as (

    select * from {{ ref('int_period_closures') }}

),

reopenings as (

    select
        {{ resolved_key('events.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        events.source_system,
        events.period_id,
        events.event_at,
        events.actor,
        events.reason
    from {{ ref('stg_erp__period_events') }} as events
    {{ resolve_join('legal_entity', 'entity_ids', 'events.source_system', 'events.legal_entity_id', 'cast(events.event_at as date)') }}
    where not events.is_deleted and events.event = 'reopened'

),

unbalanced as (

    select
        journals.*,
        {{ resolved_key('journals.legal_entity_id', 'entity_ids') }} as legal_entity_key
    from {{ ref('int_gl_journals_unbalanced') }} as journals
    {{ resolve_join('legal_entity', 'entity_ids', 'journals.source_system', 'journals.legal_entity_id', 'journals.posting_date') }}

),

completeness as (

    select * from {{ ref('gl_completeness') }}

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
    cast(null as {{ dbt.type_string() }}) as flow,
    legal_entity_key,
    cast(null as {{ dbt.type_string() }}) as project_key,
    period_id,
    'journal' as subject_type,
    source_system as subject_system,
    journal_id as subject_id,
    amount_group,
    posted_at as breached_at,
    'the period was closed at that moment' as detail
from late_journals

union all

select
    'period_reopened',
    null,
    legal_entity_key,
    null,
    period_id,
    'period',
    source_system,
    period_id || '|' || cast(event_at as {{ dbt.type_string() }}),
    null,
    event_at,
    concat_ws(': ', 'reopened by ' || coalesce(actor, 'somebody unnamed'), reason)
from reopenings

union all

select
    'unbalanced_journal',
    null,
    legal_entity_key,
    null,
    period_id,
    'journal',
    source_system,
    journal_id,
    null,
    posted_at,
    'its lines sum to ' || cast(imbalance_functional as {{ dbt.type_string() }}) || ' in functional currency'
from unbalanced

union all

select
    'gl_incomplete',
    null,
    completeness.legal_entity_key,
    null,
    completeness.period_id,
    'period',
    'books',
    completeness.period_id,
    null,
    null,
    completeness.reason
from completeness
where completeness.status = 'incomplete'
