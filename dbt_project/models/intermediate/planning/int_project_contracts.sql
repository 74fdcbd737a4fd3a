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

quoted as (
    select
        contracts.contract_key,
        quotes.amount,
        quotes.estimated_cost,
        quotes.estimated_hours,
        quotes.currency
    from {{ ref('int_contracts') }} as contracts
    inner join {{ ref('stg_crm__quotes') }} as quotes
        on
            contracts.source_system = quotes.source_system
            and contracts.quote_id = quotes.quote_id
            and contracts.quote_version = quotes.version
    where quotes.status = 'accepted' and not quotes.is_deleted
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
