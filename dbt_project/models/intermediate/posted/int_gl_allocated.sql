with lines as (
    select * from {{ ref('int_gl_lines') }}
    where flow is not null
),

origins as (
    select * from {{ ref('int_gl_line_origins') }}
),

expanded as (
    select distinct
        source_system,
        gl_line_id
    from origins
),

allocated as (
    select
        lines.*,
        cast(null as {{ dbt.type_string() }}) as part,
        cast(null as {{ dbt.type_string() }}) as component,
        cast(null as {{ dbt.type_string() }}) as invoice_line_id,
        lines.origin_type as part_origin_type,
        lines.origin_system as part_origin_system,
        lines.origin_id as part_origin_id,
        case
            when lines.origin_type in ('summary', 'payroll') then 'summary'
            when lines.origin_id is null or lines.origin_type = 'manual' then 'none'
            else 'line'
        end as origin_level,
        lines.amount as part_amount,
        lines.functional_amount as part_functional_amount,
        lines.quantity as part_quantity
    from lines
    left join expanded
        on
            lines.source_system = expanded.source_system
            and lines.gl_line_id = expanded.gl_line_id
    where expanded.gl_line_id is null

    union all

    select
        lines.*,
        origins.part,
        origins.component,
        origins.invoice_line_id,
        origins.origin_type as part_origin_type,
        origins.origin_system as part_origin_system,
        origins.origin_id as part_origin_id,
        origins.origin_level,
        origins.amount as part_amount,
        origins.functional_amount as part_functional_amount,
        origins.quantity as part_quantity
    from origins
    inner join lines
        on
            origins.source_system = lines.source_system
            and origins.gl_line_id = lines.gl_line_id
)

select
    'gl_line:' || source_system || ':' || gl_line_id || coalesce(':' || part, '') as ledger_id,
    flow,
    case
        when flow <> 'intercompany' then component
        when account_class like '%revenue' or account_class = 'labor_absorption' then 'provider'
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
    -- Hours go the way of the money, however the ledger signs its quantities.
    case
        when part_amount = 0 then part_quantity
        else abs(part_quantity) * sign(flow_sign * part_amount)
    end as hours,
    posted_at,
    _batch_id,
    _file,
    _row
from allocated
