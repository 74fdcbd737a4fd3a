-- What became of each current time entry.

with ledger_rows as (

    select
        source_system,
        source_id
    from {{ ref('fct_project_ledger') }}
    where source_entity = 'time_entry'

),

relief as (

    select
        source_system,
        time_entry_id
    from {{ ref('int_contractor_relief') }}

),

current_rows as (

    select
        *,
        (source_system, time_entry_id) in (select source_system, source_id from ledger_rows) as is_in_mart
    from {{ ref('int_time_priced') }}

)

select
    'time_entry' as entity,
    current_rows.source_system,
    case
        when current_rows.is_in_mart then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        when current_rows.status in ('draft', 'rejected') then 'status ' || current_rows.status
        when current_rows.worker_type = 'contractor' and relief.time_entry_id is not null then 'billed by the vendor in full'
        else 'lost'
    end as fate,
    current_rows.is_in_mart,
    count(*) as rows
from current_rows
left join relief
    on
        current_rows.source_system = relief.source_system
        and current_rows.time_entry_id = relief.time_entry_id
group by 1, 2, 3, 4
