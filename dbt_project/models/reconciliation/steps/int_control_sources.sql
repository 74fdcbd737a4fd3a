-- Breaches that operational records show by themselves: approved by their submitter, changed after close.

with entries as (
{%- for model, id, amount in [
    ['int_time_priced', 'time_entry', 'cost_group'], ['int_expense_priced', 'expense', 'amount_group']
] %}
    select
        '{{ id }}' as origin_type,
        source_system as origin_system,
        {{ id }}_id as origin_id,
        legal_entity_key,
        project_key,
        period_id,
        status,
        is_deleted,
        submitted_by,
        approved_by,
        approved_at,
        {{ amount }} as amount_group
    from {{ ref(model) }}

    union all
{% endfor %}
    select
        'vendor_bill',
        bills.source_system,
        bills.bill_line_id,
        bills.legal_entity_key,
        bills.project_key,
        {{ shifted_period('work_periods', 'shifts') }},
        bills.status,
        bills.is_deleted,
        null,
        null,
        bills.approved_at,
        null
    from {{ ref('int_vendor_bills') }} as bills
    {{ work_period_join('work_periods', 'bills.legal_entity_key', 'bills.bill_date') }}
    {{ period_shift_join('shifts', 'work_periods', 'bills.legal_entity_key', 'bills.first_approved_at') }}

),

closures as (

    select * from {{ ref('int_period_closures') }}

),

versions as (

    select * from {{ ref('int_source_versions') }}

),

compared as (

    select
        entries.origin_type,
        entries.origin_system,
        entries.origin_id,
        closures.closed_from,
        max_by(versions.figures, versions.updated_at) filter (where versions.updated_at <= closures.closed_from)
            as figures_at_close,
        max_by(versions.figures, versions.updated_at) filter (
            where
            versions.updated_at > closures.closed_from
            and (closures.closed_until is null or versions.updated_at < closures.closed_until)
        ) as figures_after,
        max(versions.updated_at) as changed_at
    from versions
    inner join entries
        on
            versions.origin_type = entries.origin_type
            and versions.origin_system = entries.origin_system
            and versions.origin_id = entries.origin_id
    inner join closures
        on
            entries.legal_entity_key = closures.legal_entity_key
            and entries.period_id = closures.period_id
    group by entries.origin_type, entries.origin_system, entries.origin_id, closures.closed_from

),

changed as (

    select
        origin_type,
        origin_system,
        origin_id,
        max(changed_at) as changed_at
    from compared
    where figures_at_close <> figures_after
    group by origin_type, origin_system, origin_id

)

select
    'self_approved' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    origin_type as subject_type,
    origin_system as subject_system,
    origin_id as subject_id,
    amount_group,
    approved_at as breached_at,
    'approved by ' || approved_by || ', who submitted it' as detail
from entries
where not is_deleted and status = 'approved' and submitted_by = approved_by

union all

select
    'changed_after_close',
    null,
    entries.legal_entity_key,
    entries.project_key,
    entries.period_id,
    entries.origin_type,
    entries.origin_system,
    entries.origin_id,
    entries.amount_group,
    changed.changed_at,
    'figures of a closed period changed at the source'
from changed
inner join entries
    on
        changed.origin_type = entries.origin_type
        and changed.origin_system = entries.origin_system
        and changed.origin_id = entries.origin_id
