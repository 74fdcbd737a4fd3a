-- Grain: one row a services line and signature, in the period in which it was signed: what it added to the line's amount.
-- A line without an amount (time and materials without a cap) adds nothing, nor does lifting or setting a cap: the work it
-- is sold for has no amount on one side. A reduction takes away.
with lines as (
    select * from {{ ref('int_revenue_lines') }}
    where revenue_stream = 'services'
),

terms as (
    select
        contract_line_key,
        effective_from,
        signed_date,
        amount,
        lag(amount) over (partition by contract_line_key order by effective_from) as amount_before,
        row_number() over (partition by contract_line_key order by effective_from) = 1 as is_first
    from {{ ref('int_contract_line_terms') }}
),

signed as (
    select
        lines.*,
        terms.effective_from,
        terms.signed_date as amended_date,
        case
            when terms.is_first then coalesce(terms.amount, 0)
            -- unknown on either side
            else coalesce(terms.amount - terms.amount_before, 0)
        end as amount_added
    from terms
    inner join lines on terms.contract_line_key = lines.contract_line_key
)

select
    days.period_id,
    signed.contract_line_key,
    signed.legal_entity_key,
    signed.region,
    signed.practice,
    signed.customer_key,
    signed.project_key,
    signed.billing_model,
    signed.currency,
    signed.effective_from,
    signed.amended_date as signed_on,
    cast(signed.amount_added as decimal(18, 2)) as amount_transaction,
    {{ translate('signed.amount_added', 'group_rates.average_rate') }} as amount_group
from signed
inner join {{ ref('int_today') }} as build
    on signed.legal_entity_key = build.legal_entity_key and signed.amended_date <= build.build_date
{{ work_period_join('days', 'signed.legal_entity_key', 'signed.amended_date') }}
{{ group_rate_join('group_rates', 'signed.legal_entity_key', 'days.period_id', 'signed.currency') }}
where days.period_id is not null
