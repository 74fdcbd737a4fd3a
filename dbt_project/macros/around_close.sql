{#
  What closed figures stand on, told by versions: of every record that `fits` a window (something of a closed period, with
  `closed_from` and `closed_until`) the version that was newest at the close and the one newest while the period stayed
  closed, in column `state` (`before`, `after`). Deleted ones are left out. `record` names what makes versions one record,
  `carried` the columns of the version that are kept.
#}
{% macro around_close(windows, versions, window, record, carried, fits) %}
select {{ all_but(['newest', 'is_gone']) }}
from (
    select
        {{ windows }}.*,
        {%- for column in carried %}
        {{ versions }}.{{ column }},
        {%- endfor %}
        states.state,
        coalesce({{ versions }}.is_deleted, false) as is_gone,
        row_number() over (
            partition by
                states.state
                {%- for column in window %}, {{ windows }}.{{ column }}{% endfor %}
                {%- for column in record %}, {{ versions }}.{{ column }}{% endfor %}
            order by
                {{ versions }}.updated_at desc, {{ versions }}._batch_id desc, {{ versions }}._file desc,
                {{ versions }}._row desc
        ) as newest
    from {{ windows }}
    cross join (values ('before'), ('after')) as states (state)
    inner join {{ versions }}
        on
            {{ fits }}
            and {{ versions }}.updated_at
            <= case states.state when 'before' then {{ windows }}.closed_from else {{ windows }}.closed_until end
) as told
where newest = 1 and not is_gone
{% endmacro %}
