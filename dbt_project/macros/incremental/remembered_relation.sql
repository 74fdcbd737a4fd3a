{# Where a model of the intermediate layer lies, for hooks, which run outside the order of models. #}
{% macro remembered_relation(model) %}
    {{ return(api.Relation.create(database=target.database, schema='intermediate', identifier=model)) }}
{% endmacro %}
