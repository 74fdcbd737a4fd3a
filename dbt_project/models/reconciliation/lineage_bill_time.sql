-- Contractor time that vendor bills charge: it counts through its bill, so no row of the ledger's operational side
-- says whose hours a posted bill is of.

select
    billed.source_system as bill_system,
    billed.bill_line_id,
    'time_entry' as entity,
    time_entries.source_system,
    time_entries.time_entry_id as source_id,
    time_entries._batch_id,
    time_entries._file,
    time_entries._row
from {{ ref('int_vendor_bill_time') }} as billed
inner join {{ ref('stg_psa__time_entries') }} as time_entries
    on
        billed.time_system = time_entries.source_system
        and billed.time_entry_id = time_entries.time_entry_id
