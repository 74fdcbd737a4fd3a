-- The records that control exceptions look at one by one, in the books and the period that their cost or value counts in.

{{ config(materialized='view') }}

with entities as (

    select legal_entity_key, coalesce(time_zone, 'UTC') as time_zone
    from {{ ref('int_legal_entities') }}

)

{%- for model, id, amount in [
['int_time_priced', 'time_entry', 'cost_group'], ['int_expense_priced', 'expense', 'amount_group']
] %}
select
    '{{ id }}' as origin_type,
    source_system as origin_system,
    {{ id }}_id as origin_id,
    legal_entity_key,
    project_key,
    period_id,
    status,
    is_deleted,
    submitted_by,
    approved_by,
    approved_at,
    first_submitted_at as first_known_at,
    {{ amount }} as amount_group
from {{ ref(model) }}

union all
{% endfor %}
select
    'vendor_bill',
    bills.source_system,
    bills.bill_line_id,
    bills.legal_entity_key,
    bills.project_key,
    {{ shifted_period('work_periods', 'shifts') }},
    bills.status,
    bills.is_deleted,
    null,
    null,
    bills.approved_at,
    bills.first_approved_at,
    null
from {{ ref('int_vendor_bills') }} as bills
{{ work_period_join('work_periods', 'bills.legal_entity_key', 'bills.bill_date') }}
{{ period_shift_join('shifts', 'work_periods', 'bills.legal_entity_key', 'bills.first_approved_at') }}

union all

-- one that was taken back is still the record of the period it was completed in
select
    'milestone',
    milestones.source_system,
    milestones.milestone_id,
    projects.legal_entity_key,
    projects.project_key,
    {{ shifted_period('work_periods', 'shifts') }},
    milestones.status,
    milestones.is_deleted,
    null,
    null,
    milestones.completed_at,
    milestones.first_completed_at,
    null
from {{ ref('stg_psa__milestones') }} as milestones
{{ resolve_join('project', 'project_ids', 'milestones.source_system', 'milestones.project_id', 'cast(milestones.first_completed_at as date)') }}
inner join {{ ref('int_projects') }} as projects on {{ resolved_key('milestones.project_id', 'project_ids') }} = projects.project_key
inner join entities on projects.legal_entity_key = entities.legal_entity_key
{{ work_period_join('work_periods', 'projects.legal_entity_key', local_date('coalesce(milestones.completed_at, milestones.first_completed_at)', 'entities.time_zone')) }}
{{ period_shift_join('shifts', 'work_periods', 'projects.legal_entity_key', 'milestones.first_completed_at') }}
where milestones.first_completed_at is not null
