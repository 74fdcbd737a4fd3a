-- The newest attempt to carry an origin to the books, for the origins that are still open: what carries revenue on to its
-- readers says nothing of the record's cost.

with open_rows as (

    select * from {{ ref('int_recon_active_rows') }}

),

messages as (

    select
        carriers.carries,
        message_id,
        correlation_id,
        origin_type,
        coalesce(origin_system, source_name) as origin_system,
        origin_id,
        attempt,
        status,
        error_code,
        error_message,
        queued_at
    from {{ ref('stg_integration__integration_messages') }}
    cross join (values ('cost'), ('revenue')) as carriers (carries)
    where
        not is_deleted
        and origin_id is not null
        and flow not in ('project_create', 'master_data', 'forecast')
        and not (carriers.carries = 'cost' and flow = 'revenue_to_bi')

),

open_origins as (

    select distinct
        origin_type,
        origin_system,
        origin_id
    from open_rows
    where origin_id is not null

),

ranked as (

    select
        messages.*,
        row_number() over (
            partition by messages.carries, messages.origin_type, messages.origin_system, messages.origin_id
            order by messages.queued_at desc nulls last, messages.attempt desc nulls last, messages.message_id desc nulls last
        ) as newest
    from messages
    inner join open_origins
        on
            messages.origin_type = open_origins.origin_type
            and messages.origin_system = open_origins.origin_system
            and messages.origin_id = open_origins.origin_id

)

select
    carries,
    origin_type,
    origin_system,
    origin_id,
    message_id,
    correlation_id,
    status,
    error_code,
    error_message,
    queued_at,
    status in ('failed', 'dead_letter') as is_failed
from ranked
where newest = 1
