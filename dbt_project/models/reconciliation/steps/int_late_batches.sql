-- Batches that a certificate of a closed period does not name: they landed while the period stayed closed, after the build
-- that was certified had begun to read. Certificates that refuse, and those of open periods, are no signature.
with certified as (

    select
        certificates.legal_entity_key,
        certificates.period_id,
        closures.closed_until,
        min(certificates.recorded_at) as signed_at,
        min_by({{ json_text('certificates.content', 'batch_ids') }}, certificates.recorded_at) as batch_ids
    from {{ source('landing', 'certificate') }} as certificates
    inner join {{ ref('int_period_closures') }} as closures
        on
            certificates.legal_entity_key = closures.legal_entity_key
            and certificates.period_id = closures.period_id
            and certificates.build_time >= closures.closed_from
            and (closures.closed_until is null or certificates.build_time < closures.closed_until)
    where certificates.is_certified {{ known_at('certificates.build_time', clock='any') }}
    group by certificates.legal_entity_key, certificates.period_id, closures.closed_until

),

run_texts as (

    select
        batch_ids,
        unnest(string_split(batch_ids, ', ')) as run_text
    from (select distinct batch_ids from certified where batch_ids <> '') as named

),

-- a run of numbers, or a single one
runs as (

    select
        batch_ids,
        cast(split_part(run_text, '-', 1) as bigint) as first_id,
        cast(coalesce(nullif(split_part(run_text, '-', 2), ''), run_text) as bigint) as last_id
    from run_texts

)

select
    certified.legal_entity_key,
    certified.period_id,
    certified.closed_until,
    batches.batch_id,
    batches.committed_at
from certified
inner join {{ ref('stg_lake__committed_batches') }} as batches
    on certified.closed_until is null or batches.committed_at < certified.closed_until
left join runs
    on
        certified.batch_ids = runs.batch_ids
        and batches.batch_id between runs.first_id and runs.last_id
where
    runs.batch_ids is null
    -- what was sealed before certificates named their batches knew what was there
    and (certified.batch_ids is not null or batches.committed_at > certified.signed_at)
