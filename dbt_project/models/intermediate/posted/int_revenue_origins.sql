{%- set completed_on = 'coalesce(cast(milestones.completed_at as date), build.build_date)' -%}
{%- set earned_on = 'coalesce(period_ends.end_date, build.build_date)' -%}
-- A milestone, billing event or schedule line leads a posting to its contract line. Its ids are those of the day it
-- stands on; what is not completed yet is read as of today.
with milestones as (
    select * from {{ ref('stg_psa__milestones') }}
),

events as (
    select * from {{ ref('stg_billing__billing_events') }}
),

schedules as (
    select * from {{ ref('stg_billing__revenue_schedule_lines') }}
),

build as (
    select * from {{ ref('int_build') }}
),

-- a schedule line names no entity: of calendars that differ, the later end
period_ends as (
    select
        source_system,
        period_id,
        max(end_date) as end_date
    from {{ ref('stg_erp__accounting_periods') }}
    where not is_deleted
    group by source_system, period_id
)

select
    'milestone' as origin_type,
    milestones.source_system,
    milestones.milestone_id as origin_id,
    {{ resolved_key('milestones.project_id', 'project_map') }} as project_key,
    {{ resolved_key('milestones.contract_line_id', 'contract_line_map') }} as contract_line_key
from milestones
cross join build
{{ resolve_join('project', 'project_map', 'milestones.source_system', 'milestones.project_id', completed_on) }}
{{ resolve_join('contract_line', 'contract_line_map', 'milestones.source_system', 'milestones.contract_line_id', completed_on) }}

union all

select
    'billing_event' as origin_type,
    events.source_system,
    events.billing_event_id as origin_id,
    'none' as project_key,
    {{ resolved_key('events.contract_line_id', 'contract_line_map') }} as contract_line_key
from events
{{ resolve_join('contract_line', 'contract_line_map', 'events.source_system', 'events.contract_line_id', 'events.due_date') }}

union all

select
    'revenue_schedule' as origin_type,
    schedules.source_system,
    schedules.schedule_line_id as origin_id,
    {{ resolved_key('schedules.project_id', 'project_map') }} as project_key,
    {{ resolved_key('schedules.contract_line_id', 'contract_line_map') }} as contract_line_key
from schedules
left join period_ends
    on
        schedules.source_system = period_ends.source_system
        and schedules.period_id = period_ends.period_id
cross join build
{{ resolve_join('project', 'project_map', 'schedules.source_system', 'schedules.project_id', earned_on) }}
{{ resolve_join('contract_line', 'contract_line_map', 'schedules.source_system', 'schedules.contract_line_id', earned_on) }}
