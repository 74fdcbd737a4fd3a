-- What became of each current time entry.

{{ row_fates(
    'time_entry', 'int_time_priced', 'time_entry_id',
    fates=[
        ("current_rows.status in ('draft', 'rejected')", "'status ' || current_rows.status"),
        (
            "current_rows.worker_type = 'contractor' and relief.time_entry_id is not null",
            "'billed by the vendor in full'"
        ),
    ],
    joins=[
        'left join ' ~ ref('int_contractor_relief') ~ ' as relief'
        ~ ' on current_rows.source_system = relief.source_system and current_rows.time_entry_id = relief.time_entry_id',
    ]
) }}
