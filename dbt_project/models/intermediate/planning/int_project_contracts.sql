-- Grain: one row a project and ended or running period from its first signature on: what its services lines were
-- worth at the period's end, and its part of the accepted quote, by the amounts of the contract's lines.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
    where revenue_stream = 'services'
),

-- Where a project stands: its books, and the day on which their period is measured.
standing as (
    select distinct
        lines.contract_key,
        periods.legal_entity_key,
        periods.period_id,
        periods.end_date as period_end,
        least(periods.end_date, lines.known_to_date) as measured_on
    from lines
    inner join {{ ref('int_periods') }} as periods
        on
            lines.legal_entity_key = periods.legal_entity_key
            and lines.known_to_date >= periods.start_date
),

-- All lines of the contract as of that day, those in other books and calendars too: they share one quote.
measured as (
    select
        standing.*,
        lines.project_key,
        lines.legal_entity_key = standing.legal_entity_key as is_own,
        {{ translate('terms.amount', 'group_rates.average_rate') }} as amount_group,
        terms.amount is null as is_uncapped
    from standing
    inner join lines on standing.contract_key = lines.contract_key
    inner join {{ ref('int_contract_line_terms') }} as terms
        on
            lines.contract_line_key = terms.contract_line_key
            and standing.measured_on >= terms.effective_from
            and standing.measured_on < terms.effective_to
            and standing.measured_on >= terms.first_signed_date
    {{ group_rate_join('group_rates', 'standing.legal_entity_key', 'standing.period_id', 'terms.currency') }}
),

by_project as (
    select
        contract_key,
        project_key,
        legal_entity_key,
        period_id,
        period_end,
        is_own,
        cast(sum(coalesce(amount_group, 0)) as decimal(18, 2)) as amount_group,
        max(is_uncapped) as is_uncapped
    from measured
    group by 1, 2, 3, 4, 5, 6
),

-- Where no line of the contract has an amount, its projects share the quote alike.
weighted as (
    select
        by_project.*,
        case
            when sum(amount_group) over (partition by contract_key, legal_entity_key, period_id) > 0 then amount_group
            else cast(1 as decimal(18, 2))
        end as weight
    from by_project
),

placed as (
    select
        weighted.*,
        sum(weight) over (
            partition by contract_key, legal_entity_key, period_id order by project_key, is_own rows unbounded preceding
        ) as weight_to,
        sum(weight) over (partition by contract_key, legal_entity_key, period_id) as total_weight
    from weighted
),

accepted as (
    select
        *,
        row_number() over (partition by source_system, quote_id order by version desc) = 1 as is_newest,
        min(quote_id) over (partition by source_system, opportunity_id)
        = max(quote_id) over (partition by source_system, opportunity_id) as is_the_only_one
    from {{ ref('stg_crm__quotes') }}
    where status = 'accepted' and not is_deleted
),

signed as (
    select
        *,
        count(*) over (partition by source_system, opportunity_id) = 1 as is_the_only_one
    from {{ ref('int_contracts') }}
    where not coalesce(is_deleted, false)
),

-- A contract that names no quote has its opportunity's, where that has one accepted quote and one contract.
quoted as (
    select
        signed.contract_key,
        accepted.amount,
        accepted.estimated_cost,
        accepted.estimated_hours,
        accepted.currency
    from signed
    inner join accepted
        on
            signed.source_system = accepted.source_system
            and case
                when signed.quote_id is null
                    then
                        signed.opportunity_id = accepted.opportunity_id
                        and signed.is_the_only_one and accepted.is_the_only_one and accepted.is_newest
                when signed.quote_version is null then signed.quote_id = accepted.quote_id and accepted.is_newest
                else signed.quote_id = accepted.quote_id and signed.quote_version = accepted.version
            end
),

shared as (
    select
        placed.*,
        {%- for name in ['amount', 'estimated_cost', 'estimated_hours'] %}
        {{ share_of('quoted.' ~ name, 'placed.weight_to', 'placed.total_weight') }}
        - {{ share_of('quoted.' ~ name, 'placed.weight_to - placed.weight', 'placed.total_weight') }} as quoted_{{ name }},
        {%- endfor %}
        quoted.currency as quote_currency
    from placed
    left join quoted on placed.contract_key = quoted.contract_key
    where placed.is_own
)

select
    shared.project_key,
    shared.legal_entity_key,
    shared.period_id,
    shared.period_end,
    cast(sum(shared.amount_group) as decimal(18, 2)) as contract_amount,
    max(shared.is_uncapped) as is_uncapped,
    cast(sum({{ translate('shared.quoted_amount', 'group_rates.average_rate') }}) as decimal(18, 2)) as quoted_revenue,
    cast(sum({{ translate('shared.quoted_estimated_cost', 'group_rates.average_rate') }}) as decimal(18, 2)) as quoted_cost,
    cast(sum(shared.quoted_estimated_hours) as decimal(18, 2)) as quoted_hours
from shared
{{ group_rate_join('group_rates', 'shared.legal_entity_key', 'shared.period_id', 'shared.quote_currency') }}
group by 1, 2, 3, 4
