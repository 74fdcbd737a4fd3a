{# Every landed version of an entity's records, as far as the as-of knows them. #}
{% macro landed_versions(entity) %}
    select *
    from {{ source('lake', entity) }}
    where
        _batch_id in (select batch_id from {{ ref('stg_lake__committed_batches') }})
        {{ known_at('updated_at', clock='data') }}
{% endmacro %}
