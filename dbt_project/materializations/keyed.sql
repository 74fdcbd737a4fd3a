{#
  A table that a full build creates whole and an increment changes by key. `key` names the columns; `touched`
  names the model that lists the keys whose rows the model's query gives anew; without it they are those of the
  new rows (for tables from which no key ever disappears); `compared_whole` says that the query gives every row
  in an increment too. Of the touched keys only those whose rows came out different are written: most come out as
  they were, and telling so costs a fraction of writing them.

  With `remembers` what an increment changed is kept until the next build for the models that follow, see changes_of.

  `unique_key` as for every table, see refuse_repeated_keys.
#}
{% materialization keyed, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}

    {% if not in_increment() %}
        {% call statement('main') -%}
            {%- if existing is not none %}
            drop {{ existing.type }} {{ existing }};
            {%- endif %}
            {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endcall %}
        {% do refuse_repeated_keys(target_relation) %}
    {% else %}
        {%- set given = this.identifier ~ '__given' -%}
        {%- set changed = this.identifier ~ '__changed' -%}
        {%- set touched = config.get('touched') -%}
        {%- set key = config.require('key') | join(', ') -%}
        {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
        {%- set is_unique = config.get('unique_key') == config.get('key') -%}
        {%- set content = key ~ ', hash(' ~ columns ~ ') as content' if is_unique
            else key ~ ', count(*) as copies, sum(hash(' ~ columns ~ ')) as content' -%}
        {%- set grouped = '' if is_unique else 'group by ' ~ key -%}
        {% call statement('main') -%}
            create or replace temporary table {{ given }} as {{ compiled_code }};
            create or replace temporary table {{ changed }} as
            with touched as (
                {%- if config.get('compared_whole') %}
                select distinct {{ key }} from {{ target_relation }}
                {%- else %}
                select distinct {{ key }} from {{ ref(touched) if touched else given }}
                {%- endif %}
            ),
            unchanged as (
                select {{ content }} from {{ given }} {{ grouped }}
                intersect
                select {{ content }} from {{ target_relation }}
                where ({{ key }}) in (select {{ key }} from touched) {{ grouped }}
            )
            select {{ key }} from touched
            union select {{ key }} from {{ given }}
            except select {{ key }} from unchanged
        {%- endcall %}
        {%- if config.get('remembers') %}
            {% call statement('remembered') -%}
                create or replace table {{ changes_of(this.identifier) }} as
                select {{ columns }}, false as is_new
                from {{ target_relation }} where ({{ key }}) in (select {{ key }} from {{ changed }})
                union all
                select {{ columns }}, true as is_new
                from {{ given }} where ({{ key }}) in (select {{ key }} from {{ changed }})
            {%- endcall %}
            {#- The published tables lie in a file of their own, and a transaction writes to one file only. -#}
            {% do adapter.commit() %}
        {%- endif %}
        {% call statement('written') -%}
            delete from {{ target_relation }} where ({{ key }}) in (select {{ key }} from {{ changed }});
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from {{ given }} where ({{ key }}) in (select {{ key }} from {{ changed }})
        {%- endcall %}
        {% do refuse_repeated_keys(target_relation, among=given) %}
        {% call statement('cleared') -%}
            drop table {{ given }};
            drop table {{ changed }}
        {%- endcall %}
    {% endif %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
