{#
  A table that a full build creates whole and an increment changes by key. `key` names the columns; `touched`
  names the model that lists the keys whose rows the model's query gives anew; without it they are those of the
  new rows (for tables from which no key ever disappears); `compared_whole` says that the query gives every row
  in an increment too. Of the touched keys only those whose rows came out different are written: most come out as
  they were, and telling so costs a fraction of writing them. What stood under them is read once: a table of millions
  of rows is not read again for what the models that follow are told.

  `moves` names columns that a rate moves in many rows every day (only where `unique_key` is the `key`): a row in which
  nothing else came out different is updated where it lies. Rows that are deleted and written again make DuckDB write all
  columns of their row groups anew when it closes the file, and an update only those that it sets.

  With `remembers` what an increment changed is kept while the build runs for the models that follow, see changes_of.

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
        {%- set stood = this.identifier ~ '__stood' -%}
        {%- set changed = this.identifier ~ '__changed' -%}
        {%- set touched = config.get('touched') -%}
        {%- set key = config.require('key') | join(', ') -%}
        {%- set moves = config.get('moves', []) -%}
        {%- set listed = [] -%}
        {%- set lasting = [] -%}
        {#- Asked as a query: the adapter's own question of the same gathers all macros anew, for every model. -#}
        {%- for name in run_query('select column_name from (describe ' ~ existing ~ ')').columns[0].values() -%}
            {%- do listed.append(adapter.quote(name)) -%}
            {%- if name not in moves -%}{%- do lasting.append(adapter.quote(name)) -%}{%- endif -%}
        {%- endfor -%}
        {%- set columns = listed | join(', ') -%}
        {#- Two numbers tell two rows apart: by all that they say, and by all but what moves. -#}
        {%- set told = 'hash(' ~ columns ~ ') as _content, hash(' ~ lasting | join(', ') ~ ') as _lasting' if moves
            else 'hash(' ~ columns ~ ') as _content, 0 as _lasting' -%}
        {% call statement('main') -%}
            create or replace temporary table {{ given }} as {{ compiled_code }};
            create or replace temporary table {{ stood }} as
            select {{ columns if config.get('remembers') else key }}, {{ told }}
            from {{ target_relation }}
            {%- if not config.get('compared_whole') %}
            where ({{ key }}) in (
                select {{ 'distinct ' if not touched }}{{ key }} from {{ given }}
                {%- if touched %}
                union
                select {{ key }} from {{ ref(touched) }}
                {%- endif %}
            )
            {%- endif %};
            create or replace temporary table {{ changed }} as
            select
                {{ key }},
                {{ 'count(*) filter (where is_new) = 1 and count(*) filter (where not is_new) = 1 and min(_lasting) = max(_lasting)'
                if moves else 'false' }} as is_moved
            from (
                select {{ key }}, _content, _lasting, false as is_new from {{ stood }}
                union all
                select {{ key }}, {{ told }}, true as is_new from {{ given }}
            ) as both_sides
            group by {{ key }}
            having
                sum(_content) filter (where is_new) is distinct from sum(_content) filter (where not is_new)
                or count(*) filter (where is_new) <> count(*) filter (where not is_new)
        {%- endcall %}
        {%- if config.get('remembers') %}
            {% call statement('remembered') -%}
                create or replace table {{ changes_of(this.identifier) }} as
                select {{ columns }}, false as is_new
                from {{ stood }} where ({{ key }}) in (select {{ key }} from {{ changed }})
                union all
                select {{ columns }}, true as is_new
                from {{ given }} where ({{ key }}) in (select {{ key }} from {{ changed }})
            {%- endcall %}
            {#- A transaction writes to one database only, and the changes lie in another than the table. -#}
            {% do adapter.commit() %}
        {%- endif %}
        {% call statement('written') -%}
            {%- if moves %}
            update {{ target_relation }} as kept
            set {% for column in moves %}{{ column }} = moved.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            from (
                select * from {{ given }} where ({{ key }}) in (select {{ key }} from {{ changed }} where is_moved)
            ) as moved
            where {% for column in config.get('key') %}kept.{{ column }} = moved.{{ column }}{{ ' and ' if not loop.last }}{% endfor %};
            {%- endif %}
            delete from {{ target_relation }}
            where ({{ key }}) in (select {{ key }} from {{ changed }} where not is_moved);
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from {{ given }}
            where ({{ key }}) in (select {{ key }} from {{ changed }} where not is_moved)
        {%- endcall %}
        {%- if config.get('unique_key') == config.get('key') %}
            {#- What had the key of a given row is gone, so only the given rows can repeat one. -#}
            {% do refuse_repeated_keys(given) %}
        {%- else %}
            {% do refuse_repeated_keys(target_relation, among=given) %}
        {%- endif %}
        {% call statement('cleared') -%}
            drop table {{ given }};
            drop table {{ stood }};
            drop table {{ changed }}
        {%- endcall %}
    {% endif %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
