-- Write-ups, write-downs and write-offs that came, changed or went after a close for an entry of the closed period: its
-- row becomes net in its own period, so that revenue and billing are no longer what was closed. An entry that was not
-- known at the close is a first load with whatever adjusts it.

with closures as ({{ closed_windows() }}),

landed as ({{ landed_versions('billing_adjustment') }}),

adjustments as (

    select
        *,
        case type when 'write_up' then amount else -amount end as signed_amount
    from landed
    where type <> 'reclassify'

),

-- where an adjustment does not say whose entry it is, the id belongs to one system only
earned as (

    select distinct
        ledger.origin_type,
        ledger.origin_system,
        ledger.origin_id,
        ledger.legal_entity_key,
        ledger.project_key,
        ledger.period_id
    from {{ ref('fct_project_ledger') }} as ledger
    where
        ledger.basis = 'operational'
        and ledger.flow in ('revenue', 'billing')
        and (ledger.origin_type, ledger.origin_id) in (select origin_type, origin_id from adjustments)

),

-- the versions of what came more than once are listed apart
first_known as (
    {%- for origin_type, model in [('time_entry', 'stg_psa__time_entries'), ('expense', 'stg_expense__expenses')] %}
    select
        '{{ origin_type }}' as origin_type,
        records.source_system as origin_system,
        records.{{ origin_type }}_id as origin_id,
        least(records.updated_at, min(versions.updated_at)) as known_from
    from {{ ref(model) }} as records
    left join {{ ref('int_source_versions') }} as versions
        on
            versions.origin_type = '{{ origin_type }}'
            and records.source_system = versions.origin_system
            and records.{{ origin_type }}_id = versions.origin_id
    where records.{{ origin_type }}_id in (select origin_id from adjustments)
    group by records.source_system, records.{{ origin_type }}_id, records.updated_at
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

touched as (

    select
        earned.origin_type,
        earned.origin_system,
        earned.origin_id,
        earned.legal_entity_key,
        earned.project_key,
        earned.period_id,
        closures.closed_from,
        closures.closed_until,
        max(adjustments.updated_at) as changed_at,
        max_by(adjustments.source_system || '|' || adjustments.adjustment_id, adjustments.updated_at) as changed_by
    from earned
    inner join first_known
        on
            earned.origin_type = first_known.origin_type
            and earned.origin_system = first_known.origin_system
            and earned.origin_id = first_known.origin_id
    inner join closures
        on
            earned.legal_entity_key = closures.legal_entity_key
            and earned.period_id = closures.period_id
            and first_known.known_from <= closures.closed_from
    inner join adjustments
        on
            earned.origin_type = adjustments.origin_type
            and earned.origin_id = adjustments.origin_id
            and earned.origin_system = coalesce(adjustments.origin_system, earned.origin_system)
            and adjustments.updated_at > closures.closed_from
            and adjustments.updated_at < closures.closed_until
    group by all

),

told as (
    {{ around_close(
        'touched', 'adjustments',
        window=['origin_type', 'origin_system', 'origin_id', 'legal_entity_key', 'project_key', 'period_id', 'closed_from'],
        record=['source_system', 'adjustment_id'],
        carried=['signed_amount', 'currency'],
        fits='touched.origin_type = adjustments.origin_type and touched.origin_id = adjustments.origin_id'
        ~ ' and touched.origin_system = coalesce(adjustments.origin_system, touched.origin_system)'
    ) }}
),

compared as (

    select
        touched.legal_entity_key,
        touched.project_key,
        touched.period_id,
        touched.changed_by,
        touched.changed_at,
        {%- for state in ['before', 'after'] %}
        coalesce(sum(told.signed_amount) filter (where told.state = '{{ state }}'), 0) as amount_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
    from touched
    -- nothing may have been there before, or be left
    left join told
        on
            touched.origin_type = told.origin_type
            and touched.origin_system = told.origin_system
            and touched.origin_id = told.origin_id
            and touched.legal_entity_key = told.legal_entity_key
            and touched.project_key = told.project_key
            and touched.period_id = told.period_id
            and touched.closed_from = told.closed_from
    group by
        touched.legal_entity_key, touched.project_key, touched.period_id, touched.changed_by, touched.changed_at,
        touched.origin_type, touched.origin_system, touched.origin_id, touched.closed_from

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    'billing_adjustment' as subject_type,
    split_part(changed_by, '|', 1) as subject_system,
    substr(changed_by, strpos(changed_by, '|') + 1) as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    'an entry of a closed period is worth another amount' as detail
from compared
where amount_before <> amount_after
group by legal_entity_key, project_key, period_id, changed_by
