-- What became of each current milestone.

with events as (

    select distinct milestone_id
    from {{ ref('stg_billing__billing_events') }}
    where not is_deleted and status <> 'cancelled' and milestone_id is not null

)

{{ row_fates(
    'milestone', 'stg_psa__milestones', 'milestone_id',
    fates=[
        ("current_rows.status <> 'completed' or current_rows.completed_at is null", "'not completed'"),
        ('events.milestone_id is not null', "'billed through its billing event'"),
        (
            'completed.origin_id is not null and not completed.is_earned',
            "'its line neither earns nor bills by milestone'"
        ),
    ],
    joins=[
        'left join events on current_rows.milestone_id = events.milestone_id',
        'left join ' ~ ref('int_revenue_milestones') ~ ' as completed'
        ~ ' on current_rows.source_system = completed.source_system and current_rows.milestone_id = completed.origin_id',
    ]
) }}
