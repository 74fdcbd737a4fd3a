-- Terms of contracts that were changed after a close for days of the closed period: an amendment that was recorded late or
-- corrected, so that what the period earned is no longer what was closed. The day before the period counts too, as what
-- was earned to date by then is taken off. A line of which nothing was known at the close is a first load.

with closures as ({{ closed_windows() }}),

landed as ({{ landed_versions('contract_line') }}),

lines as (

    select
        landed.*,
        coalesce(landed.effective_date, landed.signed_date) as effective_from,
        members.key as contract_line_key,
        terms.legal_entity_key,
        terms.project_key
    from landed
    inner join {{ ref('int_members') }} as members
        on
            members.entity_type = 'contract_line'
            and landed.source_system = members.source_system
            and landed.contract_line_id = members.source_id
    inner join {{ ref('int_contract_lines') }} as terms on members.key = terms.contract_line_key

),

periods as (

    select * from {{ ref('int_periods') }}

),

-- only what earned or was billed in a closed period can have left it at other figures
earned as (

    select distinct
        contract_line_key,
        legal_entity_key,
        period_id
    from {{ ref('fct_project_ledger') }}
    where basis = 'operational' and flow in ('revenue', 'billing', 'loss_provision')

),

touched as (

    select
        lines.contract_line_key,
        lines.legal_entity_key,
        lines.project_key,
        periods.period_id,
        periods.start_date,
        periods.end_date as last_day,
        closures.closed_from,
        closures.closed_until,
        max(lines.updated_at) as changed_at
    from lines
    inner join earned
        on
            lines.contract_line_key = earned.contract_line_key
            and lines.legal_entity_key = earned.legal_entity_key
    inner join periods
        on
            earned.legal_entity_key = periods.legal_entity_key
            and earned.period_id = periods.period_id
            and lines.effective_from <= periods.end_date
    inner join closures
        on
            periods.legal_entity_key = closures.legal_entity_key
            and periods.period_id = closures.period_id
            and lines.updated_at > closures.closed_from
            and lines.updated_at < closures.closed_until
    group by all

),

told as (
    {{ around_close(
        'touched', 'lines',
        window=['contract_line_key', 'period_id', 'closed_from'],
        record=['source_system', 'contract_line_id', 'amendment_no'],
        carried=[
            'amendment_no', 'effective_from', 'billing_model', 'recognition_method', 'amount', 'end_date',
            'modification_type', 'cap_includes_expenses', 'bundle_id', 'standalone_price',
        ],
        fits='touched.contract_line_key = lines.contract_line_key and lines.effective_from <= touched.last_day'
    ) }}
),

-- an amendment that takes force after a higher one never counts, and one that a higher one replaced before the period
-- has no part in it
ranked as (

    select
        *,
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
        {%- for state in ['before', 'after'] %}
        array_to_string(list_sort(array_agg(concat_ws(
            '|', cast(greatest(effective_from, start_date - 1) as varchar), billing_model, coalesce(recognition_method, ''),
            coalesce(cast(amount as varchar), ''), coalesce(cast(end_date as varchar), ''), coalesce(modification_type, ''),
            coalesce(cast(cap_includes_expenses as varchar), ''), coalesce(bundle_id, ''),
            coalesce(cast(standalone_price as varchar), '')
        )) filter (where state = '{{ state }}')), ', ') as figures_{{ state }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked
    where
        amendment_no = highest_so_far
        and (highest_before is null or effective_from >= start_date or amendment_no = highest_before)
    group by contract_line_key, legal_entity_key, project_key, period_id, closed_from

)

select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    'contract_line' as subject_type,
    'canonical' as subject_system,
    contract_line_key as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    'terms in force in a closed period changed at the source' as detail
from compared
where figures_before is not null and figures_before is distinct from figures_after
group by legal_entity_key, project_key, period_id, contract_line_key
