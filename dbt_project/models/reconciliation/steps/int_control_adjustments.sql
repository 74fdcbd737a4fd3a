-- Write-ups, write-downs and write-offs that came, changed or went after a close for an entry of the closed period: its
-- row becomes net in its own period, so that revenue and billing are no longer what was closed. An entry that was not
-- known at the close is a first load with whatever adjusts it.

with landed as ({{ landed_versions('billing_adjustment') }}),

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

known as (

    select
        earned.*,
        first_known.known_from
    from earned
    inner join first_known
        on
            earned.origin_type = first_known.origin_type
            and earned.origin_system = first_known.origin_system
            and earned.origin_id = first_known.origin_id

),

told as (
    {{ around_close(
        'known', 'adjustments',
        thing=['origin_type', 'origin_system', 'origin_id', 'project_key'],
        record=['source_system', 'adjustment_id'],
        carried=['signed_amount'],
        fits='stood.origin_type = versions.origin_type and stood.origin_id = versions.origin_id'
        ~ ' and stood.origin_system = coalesce(versions.origin_system, stood.origin_system)'
        ~ ' and stood.known_from <= stood.closed_from',
        changed_by="versions.source_system || '|' || versions.adjustment_id"
    ) }}
),

-- nothing is an amount too: none may have been there before, or be left
net as (

    select
        legal_entity_key,
        project_key,
        period_id,
        origin_type,
        origin_system,
        origin_id,
        closed_from,
        any_value(changed_by) as changed_by,
        any_value(changed_at) as changed_at,
        {{ before_and_after('sum(signed_amount)') }}
    from told
    group by legal_entity_key, project_key, period_id, origin_type, origin_system, origin_id, closed_from

),

compared as (

    select
        {{ all_but(['figures_before', 'figures_after']) }},
        coalesce(figures_before, 0) as figures_before,
        coalesce(figures_after, 0) as figures_after
    from net

)

{{ changed_after_close(
    "'billing_adjustment'", "substr(changed_by, strpos(changed_by, '|') + 1)",
    detail="'an entry of a closed period is worth another amount'",
    subject_system="split_part(changed_by, '|', 1)"
) }}
