{%- set touched = ref('int_touched_ledger_lines') -%}
with lines as (
    select * from {{ ref('int_gl_lines') }}
    where
        flow is not null
        {%- if ledger_increment() %}
        and (source_system, gl_line_id) in (select source_system, gl_line_id from {{ touched }})
        {%- endif %}
),

origins as (
    select * from {{ ref('int_gl_line_origins') }}
),

-- A line with known parts is its parts, which add up to it; any other stands for itself.
allocated as (
    select
        lines.*,
        origins.part,
        origins.component,
        origins.invoice_line_id,
        case when origins.part is null then lines.origin_type else origins.origin_type end as part_origin_type,
        case when origins.part is null then lines.origin_system else origins.origin_system end as part_origin_system,
        case when origins.part is null then lines.origin_id else origins.origin_id end as part_origin_id,
        case
            when origins.part is not null then origins.origin_level
            when lines.origin_type in ('summary', 'payroll') then 'summary'
            when lines.origin_id is null or lines.origin_type = 'manual' then 'none'
            else 'line'
        end as origin_level,
        coalesce(origins.amount, lines.amount) as part_amount,
        coalesce(origins.functional_amount, lines.functional_amount) as part_functional_amount,
        case when origins.part is null then lines.quantity else origins.quantity end as part_quantity
    from lines
    left join origins
        on
            lines.source_system = origins.source_system
            and lines.gl_line_id = origins.gl_line_id
)

select
    'gl_line:' || source_system || ':' || gl_line_id || coalesce(':' || part, '') as ledger_id,
    flow,
    case
        when flow <> 'intercompany' then component
        when account_class like '%revenue' then 'provider'
        when account_class = 'intercompany_cost' then 'receiver'
        -- cost charged on is a credit, and its reversal a debit
        when (amount < 0) <> (reverses_gl_line_id is not null) then 'provider'
        else 'receiver'
    end as component,
    part_origin_type as origin_type,
    part_origin_system as origin_system,
    part_origin_id as origin_id,
    origin_level,
    'gl_line' as source_entity,
    source_system,
    gl_line_id as source_id,
    gl_line_id,
    invoice_line_id,
    posting_event_id,
    origin_type as posting_origin_type,
    reverses_gl_line_id as reverses_id,
    reversal_chain_id,
    legal_entity_key,
    counterparty_entity_key,
    project_key as stated_project_key,
    contract_line_key as stated_contract_line_key,
    customer_key as stated_customer_key,
    worker_key as stated_worker_key,
    account_key,
    account_class,
    region,
    posting_date as transaction_date,
    period_id,
    currency,
    functional_currency,
    cast(flow_sign * part_amount as decimal(18, 2)) as amount_transaction,
    cast(flow_sign * part_functional_amount as decimal(18, 2)) as amount_functional,
    {{ translate('flow_sign * part_functional_amount', 'group_rate') }} as amount_group,
    coalesce(is_group_rate_provisional, false) as is_group_rate_provisional,
    -- what the records of a line leave of it goes that way already, and may go against what they leave of the money
    case
        when component in ('remainder', 'untold') then part_quantity
        else {{ hours_with_money('part_quantity', 'flow_sign * part_amount') }}
    end as hours,
    posted_at,
    _batch_id,
    _file,
    _row
from allocated
