-- Terms of contracts that were changed after a close for days of the closed period: an amendment that was recorded late or
-- corrected, so that what the period earned is no longer what was closed. The day before the period counts too, as what
-- was earned to date by then is taken off. A line of which nothing was known at the close is a first load.

with landed as ({{ landed_versions('contract_line') }}),

lines as (

    select
        landed.*,
        coalesce(landed.effective_date, landed.signed_date) as effective_from,
        members.key as contract_line_key
    from landed
    inner join {{ ref('int_members') }} as members
        on
            members.entity_type = 'contract_line'
            and landed.source_system = members.source_system
            and landed.contract_line_id = members.source_id

),

-- only what earned or was billed in a closed period can have left it at other figures
earned as (

    select distinct
        ledger.contract_line_key,
        terms.legal_entity_key,
        terms.project_key,
        periods.period_id,
        periods.start_date,
        periods.end_date as last_day
    from {{ ref('fct_project_ledger') }} as ledger
    inner join {{ ref('int_contract_lines') }} as terms
        on
            ledger.contract_line_key = terms.contract_line_key
            and ledger.legal_entity_key = terms.legal_entity_key
    inner join {{ ref('int_periods') }} as periods
        on
            ledger.legal_entity_key = periods.legal_entity_key
            and ledger.period_id = periods.period_id
    where ledger.basis = 'operational' and ledger.flow in ('revenue', 'billing', 'loss_provision')

),

told as (
    {{ around_close(
        'earned', 'lines',
        thing=['contract_line_key'],
        record=['source_system', 'contract_line_id', 'amendment_no'],
        carried=[
            'amendment_no', 'effective_from', 'billing_model', 'recognition_method', 'amount', 'end_date',
            'modification_type', 'cap_includes_expenses', 'bundle_id', 'standalone_price',
        ],
        fits='stood.contract_line_key = versions.contract_line_key and versions.effective_from <= stood.last_day'
    ) }}
),

-- an amendment that takes force after a higher one never counts, and one that a higher one replaced before the period
-- has no part in it
ranked as (

    select
        *,
        concat_ws(
            '|', cast(greatest(effective_from, start_date - 1) as varchar), billing_model, coalesce(recognition_method, ''),
            coalesce(cast(amount as varchar), ''), coalesce(cast(end_date as varchar), ''), coalesce(modification_type, ''),
            coalesce(cast(cap_includes_expenses as varchar), ''), coalesce(bundle_id, ''),
            coalesce(cast(standalone_price as varchar), '')
        ) as terms,
        max(amendment_no) over (
            partition by contract_line_key, period_id, closed_from, state
            order by effective_from, amendment_no
        ) as highest_so_far,
        max(case when effective_from < start_date then amendment_no end) over (
            partition by contract_line_key, period_id, closed_from, state
        ) as highest_before
    from told

),

compared as (

    select
        contract_line_key,
        legal_entity_key,
        project_key,
        period_id,
        closed_from,
        any_value(changed_at) as changed_at,
        {{ before_and_after("string_agg(terms, ', ' order by terms)") }}
    from ranked
    where
        amendment_no = highest_so_far
        and (highest_before is null or effective_from >= start_date or amendment_no = highest_before)
    group by contract_line_key, legal_entity_key, project_key, period_id, closed_from

)

{{ changed_after_close(
    "'contract_line'", 'contract_line_key',
    detail="'terms in force in a closed period changed at the source'"
) }}
