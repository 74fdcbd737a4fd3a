with quarantine as (

    select * from {{ source('landing', 'quarantine') }}

),

batches as (

    select * from {{ ref('stg_lake__committed_batches') }}

)

select
    quarantine.batch_id,
    quarantine.feed,
    quarantine.source_system,
    quarantine.entity,
    quarantine.file,
    quarantine.row as file_row,
    quarantine.column_name,
    quarantine.value as given_value,
    quarantine.rule,
    quarantine.reason,
    quarantine."at"
from quarantine
inner join batches on quarantine.batch_id = batches.batch_id
