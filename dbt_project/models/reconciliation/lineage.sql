{{ config(materialized='view') }}

with ledger as (

    select * from {{ ref('fct_project_ledger') }}

),

pool_members as (

    select * from {{ ref('recon_pool_member') }}

),

posted as (

    select * from ledger
    where basis = 'finance_posted'

),

operational as (

    select * from ledger
    where basis = 'operational'

),

paths as (

    select
        posted.ledger_id as posted_ledger_id,
        operational.ledger_id as operational_ledger_id,
        posted.origin_level as level
    from posted
    inner join operational
        on
            posted.flow = operational.flow
            and posted.origin_type = operational.origin_type
            and posted.origin_system = operational.origin_system
            and posted.origin_id = operational.origin_id
    where posted.flow <> 'intercompany'

    union all

    select
        posted_ledger_id,
        operational_ledger_id,
        'pool'
    from pool_members

    union all

    select
        posted.ledger_id,
        operational.ledger_id,
        'contract_line_period'
    from posted
    inner join operational
        on
            posted.flow = operational.flow
            and posted.contract_line_key = operational.contract_line_key
            and posted.period_id = operational.period_id
            and operational.origin_type = 'revenue_schedule'
    where posted.contract_line_key not in ('none', 'unmapped')

    union all

    select
        posted.ledger_id,
        operational.ledger_id,
        'intercompany'
    from posted
    inner join operational
        on
            posted.flow = operational.flow
            and posted.legal_entity_key = operational.legal_entity_key
            and posted.counterparty_entity_key = operational.counterparty_entity_key
            and posted.project_key = operational.project_key
            and posted.period_id = operational.period_id
    where posted.flow = 'intercompany'

)

select
    coalesce(paths.level, 'none') as level,
    posted.flow,
    posted.gl_line_id,
    posted.invoice_line_id,
    posted.source_system as posted_system,
    posted.ledger_id as posted_ledger_id,
    posted.amount_group as posted_group,
    posted._batch_id as posted_batch_id,
    posted._file as posted_file,
    posted._row as posted_row,
    posted.origin_type,
    posted.origin_system,
    posted.origin_id,
    operational.ledger_id as operational_ledger_id,
    operational.source_entity,
    operational.source_system as operational_system,
    operational.source_id,
    operational.amount_group as operational_group,
    operational._batch_id as operational_batch_id,
    operational._file as operational_file,
    operational._row as operational_row
from posted
left join paths on posted.ledger_id = paths.posted_ledger_id
left join operational on paths.operational_ledger_id = operational.ledger_id
