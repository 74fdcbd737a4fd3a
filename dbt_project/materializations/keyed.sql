{#
  A table that a full build creates whole and an increment changes by key. `key` names the columns; `touched`
  names the model that lists the keys whose rows the model's query gives anew; without it they are those of the
  new rows (for tables from which no key ever disappears); `compared_whole` says that the query gives every row
  in an increment too. Of the touched keys only those whose rows came out different are written: most come out as
  they were, and telling so costs a fraction of writing them. What stood under them is read once: a table of millions
  of rows is not read again for what the models that follow are told.

  `moves` names the columns that nothing but the row itself and the group's average rate makes, see move_by_rate: they are
  brought up to date where they lie, so that who lists touched keys need not look at that rate. `moved_where` names a column
  that says of which rows this holds.

  With `remembers` what an increment changed is kept while the build runs for the models that follow, see changes_of; what
  only a rate moved is not told, as whoever reads such a column can ask for the rates that changed.

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
        {%- set moves = config.get('moves', {}) -%}
        {%- set moved_where = config.get('moved_where') -%}
        {%- set listed = [] -%}
        {#- What tells two rows apart: all that they say, without what a rate moves, which is brought up to date afterwards. -#}
        {%- set said = [] -%}
        {#- Asked as a query: the adapter's own question of the same gathers all macros anew, for every model. -#}
        {%- for name in run_query('select column_name from (describe ' ~ existing ~ ')').columns[0].values() -%}
            {%- set column = adapter.quote(name) -%}
            {%- do listed.append(column) -%}
            {%- if name not in moves -%}{%- do said.append(column) -%}
            {%- elif moved_where -%}{%- do said.append('case when not ' ~ moved_where ~ ' then ' ~ column ~ ' end') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set columns = listed | join(', ') -%}
        {%- set told = 'hash(' ~ said | join(', ') ~ ') as _content' -%}
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
            select {{ key }}
            from (
                select {{ key }}, _content, false as is_new from {{ stood }}
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
            delete from {{ target_relation }}
            where ({{ key }}) in (select {{ key }} from {{ changed }});
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from {{ given }}
            where ({{ key }}) in (select {{ key }} from {{ changed }})
        {%- endcall %}
        {%- if moves %}
            {% do move_by_rate(target_relation, moves, moved_where) %}
        {%- endif %}
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
