-- Breaches in the books themselves: reopened, out of balance, incomplete.

with reopenings as (

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

entities as (

    select * from {{ ref('int_legal_entities') }}

),

valued as (

    select
        unbalanced.*,
        {{ translate('unbalanced.imbalance_functional', 'group_rates.average_rate') }} as imbalance_group
    from unbalanced
    left join entities on unbalanced.legal_entity_key = entities.legal_entity_key
    {{ group_rate_join('group_rates', 'unbalanced.legal_entity_key', 'unbalanced.period_id', 'entities.functional_currency') }}

),

completeness as (

    select * from {{ ref('gl_completeness') }}

)

select
    'period_reopened' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    cast(null as varchar) as project_key,
    period_id,
    'period' as subject_type,
    source_system as subject_system,
    period_id || '|' || cast(event_at as varchar) as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    event_at as breached_at,
    concat_ws(': ', 'reopened by ' || coalesce(actor, 'somebody unnamed'), reason) as detail
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
    imbalance_group,
    posted_at,
    'its lines sum to ' || cast(imbalance_functional as varchar) || ' in functional currency'
from valued

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
