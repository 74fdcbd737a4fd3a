with postings as (

    select * from {{ ref('int_posting_times') }}

),

build as (

    select * from {{ ref('int_build') }}

)

select
    postings.flow,
    postings.region,
    postings.legal_entity_key,
    postings.period_id,
    cast(count(*) filter (where postings.due_at <= build.build_time) as bigint) as due_count,
    cast(
        count(*) filter (where postings.due_at <= build.build_time and postings.first_posted_at <= postings.due_at)
        as bigint
    ) as within_sla_count,
    cast(
        count(*) filter (where postings.due_at <= build.build_time and postings.first_posted_at > postings.due_at)
        as bigint
    ) as late_count,
    cast(
        count(*) filter (where postings.due_at <= build.build_time and postings.first_posted_at is null) as bigint
    ) as missing_count,
    cast(count(*) filter (where postings.due_at > build.build_time) as bigint) as not_due_count
from postings
cross join build
group by postings.flow, postings.region, postings.legal_entity_key, postings.period_id
