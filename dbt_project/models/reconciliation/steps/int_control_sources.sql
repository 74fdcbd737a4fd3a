-- Breaches that operational records show by themselves: approved by their submitter.

select
    'self_approved' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    project_key,
    period_id,
    origin_type as subject_type,
    origin_system as subject_system,
    origin_id as subject_id,
    amount_group,
    approved_at as breached_at,
    'approved by ' || approved_by || ', who submitted it' as detail
from {{ ref('int_control_records') }}
where not is_deleted and status = 'approved' and submitted_by = approved_by
