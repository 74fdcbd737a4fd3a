{{ config(materialized='keyed', key=['match_key'], touched='int_recon_scope', remembers=true) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_recon_scope') }}

-- Which pool an unposted operational row belongs to: the most specific one of its books, project and
-- period that was posted after its approval.

with open_rows as (

    select * from {{ ref('int_recon_active_rows') }}

),

pool_lines as (

    select * from {{ ref('int_recon_pools') }}

),

failures as (

    select * from {{ ref('int_recon_messages') }} where is_failed

),

runs as (

    select
        pool_key,
        flow,
        legal_entity_key,
        project_key,
        period_id,
        worker_key,
        contract_line_key,
        posted_at,
        is_taken_back,
        min(ledger_id) as posted_ledger_id
    from pool_lines
    -- what takes a run back posts nothing
    where reverses_id is null
    group by
        pool_key, flow, legal_entity_key, project_key, period_id, worker_key, contract_line_key, posted_at, is_taken_back

),

-- a run covers what was approved since the one before it
pools as (

    select
        *,
        lag(posted_at) over (partition by pool_key order by posted_at asc nulls last) as previous_posted_at
    from runs

),

candidates as (

    select open_rows.*
    from open_rows
    left join failures
        on
            {{ carried_as('open_rows.flow') }} = failures.carries
            and open_rows.origin_type = failures.origin_type
            and open_rows.origin_system = failures.origin_system
            and open_rows.origin_id = failures.origin_id
    where
        open_rows.basis = 'operational'
        and open_rows.match_kind = 'origin'
        -- what was posted and taken back is unmatched again
        and (
            open_rows.group_posted_count = 0
            or (open_rows.group_posted_functional = 0 and open_rows.group_posted_transaction = 0)
        )
        and open_rows.source_status <> 'submitted'
        and coalesce(open_rows.unmapped_members, '') = ''
        and failures.origin_id is null

),

ranked as (

    select
        candidates.ledger_id,
        candidates.match_key,
        candidates.period_id,
        pools.pool_key,
        pools.posted_ledger_id,
        pools.posted_at,
        -- one pool a row: one that stands before one that was taken back, and the one that names employee or contract
        -- line before the one that names neither
        row_number() over (
            partition by candidates.ledger_id
            order by
                case when pools.is_taken_back then 1 else 0 end asc,
                case when pools.worker_key is not null then 2 else 0 end
                + case when pools.contract_line_key is not null then 1 else 0 end desc,
                pools.pool_key asc
        ) as choice
    from candidates
    inner join pools
        on
            candidates.flow = pools.flow
            and candidates.legal_entity_key = pools.legal_entity_key
            and coalesce(candidates.project_key, 'none') = pools.project_key
            and candidates.period_id = pools.period_id
    where
        (pools.worker_key is null or pools.worker_key = candidates.worker_key)
        and (pools.contract_line_key is null or pools.contract_line_key = candidates.contract_line_key)
        and (
            (
                candidates.approved_at <= pools.posted_at
                and (pools.previous_posted_at is null or candidates.approved_at > pools.previous_posted_at)
            )
            -- what nobody approves, such as a billing event, is covered from the first run on
            or (candidates.approved_at is null and pools.previous_posted_at is null)
        )

)

select
    ledger_id,
    match_key,
    period_id,
    pool_key,
    posted_ledger_id,
    posted_at
from ranked
where choice = 1
