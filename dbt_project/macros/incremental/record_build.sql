{#
  on-run-end: once every model of the project was built and nothing failed, remembers the batches and the
  reference data that the tables now stand on. Anything less leaves the state unfinished, and so does a build
  as of an earlier time, on which nothing may be built.
#}
{% macro record_build(results) %}
    {%- if not execute or flags.WHICH not in ('run', 'build') or not touches_keyed_models() -%}
        {{ return('') }}
    {%- endif -%}
    {%- if as_of() is not none -%}
        {{ return('') }}
    {%- endif -%}
    {%- set built = [] -%}
    {%- for result in results -%}
        {%- if result.status | string not in ('success', 'pass', 'warn', 'no-op') -%}
            {{ return('') }}
        {%- endif -%}
        {%- do built.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- for id, node in graph.nodes.items() -%}
        {%- if node.resource_type == 'model' and node.config.enabled and id not in built -%}
            {{ return('') }}
        {%- endif -%}
    {%- endfor -%}
    {%- set state = state_schema() -%}
    {%- for model, columns in remembered_models().items() -%}
        {%- do run_query(
            'create or replace table ' ~ state ~ '.' ~ model ~ ' as select ' ~ columns['columns'] | join(', ')
            ~ ' from ' ~ remembered_relation(model)
        ) -%}
    {%- endfor -%}
    {%- set committed = adapter.get_relation(target.database, 'staging', 'stg_lake__committed_batches') -%}
    {%- do run_query('create or replace table ' ~ state ~ '.known_batches as select batch_id, committed_at from ' ~ committed) -%}
    {%- set build = remembered_relation('int_build') -%}
    {%- do run_query('delete from ' ~ state ~ '.build') -%}
    {%- do run_query(
        'insert into ' ~ state ~ ".build select true, '" ~ project_fingerprint() ~ "', group_currency, '"
        ~ env_var('TIEOUT_CLOCK', 'now') ~ "', run_id, build_time from " ~ build
    ) -%}
    {#- The mart first: should the build die in between, its own file still says that it did not finish. -#}
    {%- do write_file('mart') -%}
    {%- do write_file(target.database) -%}
{% endmacro %}
