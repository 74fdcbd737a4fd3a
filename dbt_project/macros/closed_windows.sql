{# From when to when each period was closed; one that still is, to the end of time. #}
{% macro closed_windows() %}
    select
        legal_entity_key,
        period_id,
        closed_from,
        coalesce(closed_until, {{ open_end_ts() }}) as closed_until
    from {{ ref('int_period_closures') }}
{% endmacro %}
