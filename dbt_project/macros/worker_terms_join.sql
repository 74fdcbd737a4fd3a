{% macro worker_terms_join(worker, month, date, project_entity) -%}
    {#- The person's terms on a date: those of the main employment (`terms`) and, where the person has another one in the
        entity of the project, of that one (`beside`), which goes first. Follows the join of the project. -#}
    left join {{ ref('int_worker_month_terms') }} as terms
        on
            {{ worker }} = terms.worker_key
            and {{ month }} = terms.month
            and {{ date }} >= terms.valid_from
            and {{ date }} < terms.valid_to
            and terms.serves_entity_key is null
    left join {{ ref('int_worker_month_terms') }} as beside
        on
            {{ worker }} = beside.worker_key
            and {{ month }} = beside.month
            and {{ date }} >= beside.valid_from
            and {{ date }} < beside.valid_to
            and {{ project_entity }} = beside.serves_entity_key
            and coalesce(terms.legal_entity_key, '') <> {{ project_entity }}
{%- endmacro %}
