{#
  What became of each current row of an entity: in the ledger, deleted at the source, else the first of `fates` whose
  condition holds (pairs of a condition and its words as SQL), else lost. `joins` reaches what the conditions ask of.
#}
{% macro row_fates(entity, model, id, fates, joins=[]) %}
select
    '{{ entity }}' as entity,
    current_rows.source_system,
    case
        when current_rows.is_in_mart then 'in the ledger'
        when current_rows.is_deleted then 'deleted at the source'
        {%- for condition, words in fates %}
        when {{ condition }} then {{ words }}
        {%- endfor %}
        else 'lost'
    end as fate,
    current_rows.is_in_mart,
    count(*) as rows
from (
    select
        *,
        (source_system, {{ id }}) in (
            select source_system, source_id from {{ ref('fct_project_ledger') }} where source_entity = '{{ entity }}'
        ) as is_in_mart
    from {{ ref(model) }}
) as current_rows
{%- for join in joins %}
{{ join }}
{%- endfor %}
group by 1, 2, 3, 4
{% endmacro %}
