{# A model that `remembers`, as a select of the rows that it had before this increment. #}
{% macro before_changes(model, key) %}
    select * from {{ ref(model) }}
    where ({{ key | join(', ') }}) not in (select {{ key | join(', ') }} from {{ changes_of(model) }} where is_new)
    union all
    select {{ all_but(['is_new']) }} from {{ changes_of(model) }} where not is_new
{% endmacro %}
