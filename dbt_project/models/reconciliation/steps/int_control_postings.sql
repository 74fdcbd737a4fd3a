{{ config(materialized='keyed', key=['match_key'], touched='int_touched_groups') }}
-- depends_on: {{ ref('int_touched_groups') }}
{%- set every_row = ref('int_recon_keyed') -%}
{%- set touched_rows = ref('int_recon_touched_rows') %}

-- Breaches that the postings of single records show: posted, recognised or invoiced before approval, changed after it.

with keyed as (

    select * from {{ touched_rows if in_increment() else every_row }}
    -- what somebody approves: of milestones and billing events nobody says so
    where match_kind = 'origin' and match_origin_type in ('time_entry', 'expense', 'vendor_bill')

),

versions as (

    select * from {{ ref('int_source_versions') }}

),

posted as (

    select
        match_key,
        min(posted_at) as first_posted_at,
        min(match_origin_type) as origin_type,
        min(match_origin_system) as origin_system,
        min(match_origin_id) as origin_id,
        min(flow) as flow,
        min(legal_entity_key) as legal_entity_key,
        min(project_key) as project_key,
        min(period_id) as period_id,
        sum(amount_group) as amount_group
    from keyed
    where basis = 'finance_posted' and coalesce(posting_origin_type, '') <> 'accrual'
    group by match_key

),

before_approval as (

    -- one record may stand in several rows of a flow
    select
        posted.match_key,
        max(keyed.approved_at) as approved_at
    from keyed
    inner join posted on keyed.match_key = posted.match_key
    where
        keyed.basis = 'operational'
        and (keyed.source_status = 'submitted' or posted.first_posted_at < keyed.approved_at)
    group by posted.match_key

),

edited as (

    select
        posted.match_key,
        max(versions.updated_at) as edited_at,
        max_by(versions.figures, versions.updated_at) filter (where versions.updated_at <= posted.first_posted_at)
            as figures_posted,
        max_by(versions.figures, versions.updated_at) as figures_now
    from versions
    inner join posted
        on
            versions.origin_type = posted.origin_type
            and versions.origin_system = posted.origin_system
            and versions.origin_id = posted.origin_id
    group by posted.match_key

)

select
    posted.match_key,
    'posted_before_approval' as rule,
    posted.flow,
    posted.legal_entity_key,
    posted.project_key,
    posted.period_id,
    posted.origin_type as subject_type,
    posted.origin_system as subject_system,
    posted.origin_id as subject_id,
    posted.amount_group,
    posted.first_posted_at as breached_at,
    case when before_approval.approved_at is null then 'posted and not approved yet' else 'approved only after it was posted' end as detail
from before_approval
inner join posted on before_approval.match_key = posted.match_key

union all

select
    posted.match_key,
    'edited_after_posting',
    posted.flow,
    posted.legal_entity_key,
    posted.project_key,
    posted.period_id,
    posted.origin_type,
    posted.origin_system,
    posted.origin_id,
    posted.amount_group,
    edited.edited_at,
    'figures at the source changed after the posting'
from edited
inner join posted on edited.match_key = posted.match_key
where edited.figures_posted <> edited.figures_now
