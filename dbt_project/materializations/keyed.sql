{#
  A table that a full build creates whole and an increment changes by key: rows of the touched keys go, and
  what the model's query gives for them comes. `key` names the columns; `touched` names the model that lists
  the keys; without it they are those of the new rows (for tables from which no key ever disappears).
#}
{% materialization keyed, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}

    {% if not in_increment() %}
        {%- set fresh = make_intermediate_relation(target_relation) -%}
        {{ drop_relation_if_exists(load_cached_relation(fresh)) }}
        {% call statement('main') -%}
            {{ create_table_as(False, fresh, compiled_code) }}
        {%- endcall %}
        {% if existing is not none %}
            {{ drop_relation_if_exists(existing) }}
        {% endif %}
        {{ adapter.rename_relation(fresh, target_relation) }}
    {% else %}
        {%- set changed = make_temp_relation(target_relation) -%}
        {%- set key = config.require('key') | join(', ') -%}
        {%- set touched = config.get('touched') -%}
        {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
        {% call statement('changed') -%}
            create or replace temporary table {{ changed.identifier }} as {{ compiled_code }}
        {%- endcall %}
        {% call statement('gone') -%}
            delete from {{ target_relation }}
            where ({{ key }}) in (
                select {{ key }} from {{ ref(touched) if touched else changed.identifier }}
            )
        {%- endcall %}
        {% call statement('main') -%}
            insert into {{ target_relation }} ({{ columns }}) select {{ columns }} from {{ changed.identifier }}
        {%- endcall %}
        {% call statement('cleared') -%}
            drop table {{ changed.identifier }}
        {%- endcall %}
    {% endif %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
