-- What became of each current milestone.

with ledger_rows as (

    select distinct
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'milestone'

),

events as (

    select distinct milestone_id
    from {{ ref('stg_billing__billing_events') }}
    where not is_deleted and status <> 'cancelled' and milestone_id is not null

),

completed as (

    select * from {{ ref('int_revenue_milestones') }}

),

current_rows as (

    select * from {{ ref('stg_psa__milestones') }}

)

select
    'milestone' as entity,
    current_rows.source_system,
    case
        when ledger_rows.source_id is not null then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.status <> 'completed' or current_rows.completed_at is null then 'not completed'
        when events.milestone_id is not null then 'billed through its billing event'
        when completed.origin_id is not null and not completed.is_earned then 'its line neither earns nor bills by milestone'
        else 'lost'
    end as fate,
    ledger_rows.source_id is not null as is_in_mart,
    count(*) as rows
from current_rows
left join ledger_rows
    on
        current_rows.source_system = ledger_rows.source_system
        and current_rows.milestone_id = ledger_rows.source_id
left join events on current_rows.milestone_id = events.milestone_id
left join completed
    on
        current_rows.source_system = completed.source_system
        and current_rows.milestone_id = completed.origin_id
group by 1, 2, 3, 4
