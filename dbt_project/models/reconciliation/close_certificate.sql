with readiness as (

    select * from {{ ref('close_readiness') }}

),

build as (

    select * from {{ ref('int_build') }}

),

category_sums as (

    select
        legal_entity_key,
        period_id,
        category,
        cast(sum(amount_group) as varchar) as amount_group
    from {{ ref('recon_bridge') }}
    group by legal_entity_key, period_id, category

),

categories as (

    select
        legal_entity_key,
        period_id,
        string_agg(category || ' ' || amount_group, '; ' order by category) as category_amounts
    from category_sums
    group by legal_entity_key, period_id

),

files as (

    select
        batches.batch_id,
        landed.entity,
        landed.file,
        landed.sha256
    from {{ source('landing', 'batch_files') }} as landed
    inner join {{ ref('stg_lake__committed_batches') }} as batches on landed.batch_id = batches.batch_id

),

-- everything that the build stands on, in one fingerprint
evidence as (

    select
        md5(string_agg(
            cast(batch_id as varchar) || ' ' || sha256,
            '|' order by batch_id, entity, file
        )) as batches_hash,
        count(distinct batch_id) as batch_count
    from files

),

judged as (

    select
        readiness.*,
        categories.category_amounts,
        evidence.batches_hash,
        evidence.batch_count,
        build.run_id,
        build.build_time,
        nullif(concat_ws(
            '; ',
            case when not readiness.has_ended then 'the period has not ended' end,
            case when readiness.gl_status <> 'complete' then coalesce(readiness.gl_reason, 'no ledger to prove') end,
            case when readiness.unclassified_count > 0 then cast(readiness.unclassified_count as varchar) || ' unclassified differences' end,
            case when readiness.open_critical > 0 then cast(readiness.open_critical as varchar) || ' critical items open' end,
            case when readiness.critical_control_count > 0 then cast(readiness.critical_control_count as varchar) || ' critical control exceptions' end
        ), '') as reason
    from readiness
    cross join build
    cross join evidence
    left join categories
        on
            readiness.legal_entity_key = categories.legal_entity_key
            and readiness.period_id = categories.period_id

)

select
    legal_entity_key,
    period_id,
    reason is null as is_certified,
    reason,
    gl_status,
    category_amounts,
    item_count,
    open_critical,
    open_high,
    open_medium,
    open_low,
    accepted_count,
    unclassified_count,
    control_count,
    critical_control_count,
    cast(batch_count as bigint) as batch_count,
    batches_hash,
    run_id,
    build_time
from judged
