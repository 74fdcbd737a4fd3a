{#
  What closed figures stand on, told by versions: of every record that `fits` something that `stood` in a closed period
  (named by its own columns `thing`) the version that was newest at the close and the one newest while the period stayed
  closed, in column `state` (`before`, `after`); only where some version came while it was closed, `changed_at`. Deleted
  ones are left out. `record` names what makes versions one record, `carried` the columns of the version that are kept,
  `changed_by` what is told of the last version that came. `fits` is a condition on `stood` and `versions`.
#}
{% macro around_close(stood, versions, thing, record, carried, fits, changed_by=none) %}
with closed as (
    select
        stood.*,
        closures.closed_from,
        coalesce(closures.closed_until, {{ open_end_ts() }}) as closed_until
    from {{ stood }} as stood
    inner join {{ ref('int_period_closures') }} as closures
        on
            stood.legal_entity_key = closures.legal_entity_key
            and stood.period_id = closures.period_id
),

changed as (
    select
        stood.*,
        {%- if changed_by %}
        max_by({{ changed_by }}, versions.updated_at) as changed_by,
        {%- endif %}
        max(versions.updated_at) as changed_at
    from closed as stood
    inner join {{ versions }} as versions
        on
            {{ fits }}
            and versions.updated_at > stood.closed_from
            and versions.updated_at < stood.closed_until
    group by all
)

select {{ all_but(['newest', 'is_gone']) }}
from (
    select
        stood.*,
        {%- for column in carried %}
        versions.{{ column }},
        {%- endfor %}
        states.state,
        coalesce(versions.is_deleted, false) as is_gone,
        row_number() over (
            partition by
                states.state, stood.legal_entity_key, stood.period_id, stood.closed_from
                {%- for column in thing %}, stood.{{ column }}{% endfor %}
                {%- for column in record %}, versions.{{ column }}{% endfor %}
            order by
                versions.updated_at desc, versions._batch_id desc, versions._file desc, versions._row desc
        ) as newest
    from changed as stood
    cross join (values ('before'), ('after')) as states (state)
    inner join {{ versions }} as versions
        on
            {{ fits }}
            and versions.updated_at <= case states.state when 'before' then stood.closed_from else stood.closed_until end
) as told
where newest = 1 and not is_gone
{% endmacro %}
