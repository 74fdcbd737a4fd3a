{# The books and periods of which the rate into the group's currency changed since the last completed build. #}
{% macro moved_books() %}
select changed.find_1, changed.find_2
from {{ ref('int_reference_changes') }} as changed
inner join {{ ref('int_legal_entities') }} as entities
    on
        changed.find_1 = entities.legal_entity_key
        and changed.find_3 = entities.functional_currency
where changed.model = 'int_fx_period'
{%- endmacro %}
