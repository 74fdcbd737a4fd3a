-- What became of each current billing event.

with ledger_rows as (

    select distinct
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'billing_event'

),

due as (

    select * from {{ ref('int_billing_events_due') }}

),

build as (

    select * from {{ ref('int_build') }}

),

current_rows as (

    select * from {{ ref('stg_billing__billing_events') }}

)

select
    'billing_event' as entity,
    current_rows.source_system,
    case
        when ledger_rows.source_id is not null then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.status = 'cancelled' then 'status cancelled'
        when due.billing_event_id is null and current_rows.due_date > build.build_date then 'not due yet'
        when due.billing_event_id is null and current_rows.status = 'planned' then 'planned and not released'
        when due.billing_event_id is null then 'due beyond what is known of its line'
        else 'lost'
    end as fate,
    ledger_rows.source_id is not null as is_in_mart,
    count(*) as rows
from current_rows
left join ledger_rows
    on
        current_rows.source_system = ledger_rows.source_system
        and current_rows.billing_event_id = ledger_rows.source_id
left join due
    on
        current_rows.source_system = due.source_system
        and current_rows.billing_event_id = due.billing_event_id
cross join build
group by 1, 2, 3, 4
