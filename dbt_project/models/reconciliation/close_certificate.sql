with readiness as (

    select * from {{ ref('close_readiness') }}

),

build as (

    select * from {{ ref('int_build') }}

),

parts as (

    select
        legal_entity_key,
        period_id,
        {%- for part in ['totals', 'categories', 'control_exceptions', 'control_exceptions_hash', 'items_hash', 'projects_hash'] %}
        max(part_text) filter (where part = '{{ part }}') as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_certificate_parts') }}
    group by legal_entity_key, period_id

),

category_amounts as (

    select
        legal_entity_key,
        period_id,
        string_agg(category || ' ' || cast(amount_group as varchar), '; ' order by category) as category_amounts
    from (
        select legal_entity_key, period_id, category, sum(amount_group) as amount_group
        from {{ ref('recon_bridge') }}
        group by legal_entity_key, period_id, category
    ) as by_category
    group by legal_entity_key, period_id

),

-- everything that the build stands on: numbers that follow each other are told as one run, or a list of them would
-- outgrow what it proves; what each of them brought is one fingerprint
batches as (

    select
        batch_id,
        content_hash,
        batch_id - row_number() over (order by batch_id) as run
    from {{ ref('obs_batches') }}
    where status = 'committed'

),

batch_runs as (

    select
        min(batch_id) as first_id,
        cast(min(batch_id) as varchar) || case when count(*) > 1 then '-' || cast(max(batch_id) as varchar) else '' end as run_text
    from batches
    group by run

),

evidence as (

    select
        (select coalesce(string_agg(run_text, ', ' order by first_id), '') from batch_runs) as batch_ids,
        {{ sha256_text("coalesce(string_agg(cast(batch_id as varchar) || ' ' || content_hash, ',' order by batch_id), '')") }} as batches_hash,
        count(*) as batch_count
    from batches

),

judged as (

    select
        readiness.*,
        category_amounts.category_amounts,
        coalesce(parts.totals, '{}') as totals,
        coalesce(parts.categories, '{}') as categories,
        coalesce(parts.control_exceptions, '{}') as control_exceptions,
        {%- for hash in ['control_exceptions_hash', 'items_hash', 'projects_hash'] %}
        coalesce(parts.{{ hash }}, 'null') as {{ hash }},
        {%- endfor %}
        evidence.batch_ids,
        evidence.batches_hash,
        evidence.batch_count,
        build.run_id,
        build.build_time,
        nullif(concat_ws(
            '; ',
            case
                when not readiness.has_ended then 'the period has not ended'
                -- what may still take postings is no close
                when not readiness.is_closed then 'the period is not closed'
            end,
            case when readiness.gl_status <> 'complete' then coalesce(readiness.gl_reason, 'no ledger to prove') end,
            case when readiness.rows_without_rate > 0 then {{ counted('readiness.rows_without_rate', 'row has no rate and is in no total', 'rows have no rate and are in no total') }} end,
            case when readiness.unclassified_count > 0 then {{ counted('readiness.unclassified_count', 'difference is unclassified', 'differences are unclassified') }} end,
            case when readiness.open_critical > 0 then {{ counted('readiness.open_critical', 'critical item is open', 'critical items are open') }} end,
            case when readiness.critical_control_count > 0 then {{ counted('readiness.critical_control_count', 'critical control exception', 'critical control exceptions') }} end
        ), '') as reason
    from readiness
    cross join build
    cross join evidence
    left join parts
        on
            readiness.legal_entity_key = parts.legal_entity_key
            and readiness.period_id = parts.period_id
    left join category_amounts
        on
            readiness.legal_entity_key = category_amounts.legal_entity_key
            and readiness.period_id = category_amounts.period_id

),

written as (

    select
        *,
        {{ json_record({
            'accepted_items': json_value('accepted_count'),
            'batch_count': json_value('batch_count'),
            'batch_ids': json_value('batch_ids'),
            'batches_hash': json_value('batches_hash'),
            'build_time': json_value('cast(build_time as varchar)'),
            'categories': 'categories',
            'certified': json_value('reason is null'),
            'closed': json_value('is_closed'),
            'control_exceptions': 'control_exceptions',
            'control_exceptions_hash': 'control_exceptions_hash',
            'critical_control_exceptions': json_value('critical_control_count'),
            'items_hash': 'items_hash',
            'ledger': json_value('gl_status'),
            'legal_entity': json_value('legal_entity_key'),
            'open_critical': json_value('open_critical'),
            'open_high': json_value('open_high'),
            'open_low': json_value('open_low'),
            'open_medium': json_value('open_medium'),
            'period': json_value('period_id'),
            'projects_hash': 'projects_hash',
            'reason': json_value('reason'),
            'rows_without_rate': json_value('rows_without_rate'),
            'run_id': json_value('run_id'),
            'totals': 'totals',
            'unclassified_items': json_value('unclassified_count'),
        }) }} as content
    from judged

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
    batch_ids,
    batches_hash,
    run_id,
    build_time,
    content,
    {{ sha256_text('content') }} as seal
from written
