-- A milestone, billing event or schedule line leads a posting to its contract line.
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
)

select
    'milestone' as origin_type,
    milestones.source_system,
    milestones.milestone_id as origin_id,
    {{ resolved_key('milestones.project_id', 'project_map') }} as project_key,
    {{ resolved_key('milestones.contract_line_id', 'contract_line_map') }} as contract_line_key
from milestones
cross join build
{{ resolve_join('project', 'project_map', 'milestones.source_system', 'milestones.project_id', 'build.build_date') }}
{{ resolve_join('contract_line', 'contract_line_map', 'milestones.source_system', 'milestones.contract_line_id', 'build.build_date') }}

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
cross join build
{{ resolve_join('project', 'project_map', 'schedules.source_system', 'schedules.project_id', 'build.build_date') }}
{{ resolve_join('contract_line', 'contract_line_map', 'schedules.source_system', 'schedules.contract_line_id', 'build.build_date') }}
