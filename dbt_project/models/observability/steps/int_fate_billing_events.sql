-- What became of each current billing event.

{{ row_fates(
    'billing_event', 'stg_billing__billing_events', 'billing_event_id',
    fates=[
        ("current_rows.status = 'cancelled'", "'status cancelled'"),
        ('due.billing_event_id is null and current_rows.due_date > build.build_date', "'not due yet'"),
        ("due.billing_event_id is null and current_rows.status = 'planned'", "'planned and not released'"),
        ('due.billing_event_id is null', "'due beyond what is known of its line'"),
    ],
    joins=[
        'left join ' ~ ref('int_billing_events_due') ~ ' as due'
        ~ ' on current_rows.source_system = due.source_system and current_rows.billing_event_id = due.billing_event_id',
        'cross join ' ~ ref('int_build') ~ ' as build',
    ]
) }}
