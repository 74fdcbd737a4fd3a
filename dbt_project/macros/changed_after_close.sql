{#
  The control exceptions of what a closed period stands on and that changed since, of a relation `compared` with
  `figures_before` and `figures_after` by close. Where nothing was known at the close there is no change but a first load.
#}
{% macro changed_after_close(subject_type, subject_id, detail, project_key='project_key', subject_system="'canonical'") %}
select
    'changed_after_close' as rule,
    cast(null as varchar) as flow,
    legal_entity_key,
    {{ project_key }} as project_key,
    period_id,
    {{ subject_type }} as subject_type,
    {{ subject_system }} as subject_system,
    {{ subject_id }} as subject_id,
    cast(null as decimal(18, 2)) as amount_group,
    max(changed_at) as breached_at,
    {{ detail }} as detail
from compared
where figures_before is not null and figures_before is distinct from figures_after
group by all
{% endmacro %}
