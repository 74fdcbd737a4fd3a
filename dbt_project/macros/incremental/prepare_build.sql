{#
  on-run-start: decides whether this build may trust what the last one left, and then marks the state as
  unfinished, so that a build that dies halfway is followed by a full one.
#}
{% macro prepare_build() %}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set state = state_schema() -%}
    {%- do run_query('create schema if not exists ' ~ state) -%}
    {%- do run_query(
        'create table if not exists ' ~ state ~ '.build (finished boolean, fingerprint varchar, '
        ~ 'group_currency varchar, clock varchar, run_id varchar, build_time timestamp with time zone)'
    ) -%}
    {%- do run_query(
        'create table if not exists ' ~ state ~ '.known_batches (batch_id bigint, committed_at timestamp with time zone)'
    ) -%}
    {%- set last = run_query('select finished, fingerprint, group_currency, clock from ' ~ state ~ '.build').rows -%}
    {%- set reason = 'an increment' -%}
    {%- if flags.FULL_REFRESH -%}
        {%- set reason = 'a full refresh was asked for' -%}
    {%- elif as_of() is not none -%}
        {%- set reason = 'an earlier time was asked for' -%}
    {%- elif last | length == 0 -%}
        {%- set reason = 'nothing was built before' -%}
    {%- elif not last[0][0] -%}
        {%- set reason = 'the last build did not finish' -%}
    {%- elif last[0][1] != project_fingerprint() -%}
        {%- set reason = 'the models have changed' -%}
    {%- elif last[0][2] != env_var('TIEOUT_GROUP_CURRENCY', 'EUR') -%}
        {%- set reason = 'the group currency has changed' -%}
    {%- elif last[0][3] != env_var('TIEOUT_CLOCK', 'now') -%}
        {%- set reason = 'the clock has changed' -%}
    {%- elif keyed_tables_are_missing() -%}
        {%- set reason = 'a table of the last build is gone' -%}
    {%- endif -%}
    {%- do run_query(
        'create or replace table ' ~ state ~ ".scope as select '" ~ reason ~ "' as reason, "
        ~ ('false' if reason == 'an increment' else 'true') ~ ' as is_full, '
        ~ '(select max(build_time) from ' ~ state ~ '.build) as last_build_time'
    ) -%}
    {%- if touches_keyed_models() -%}
        {%- do run_query('delete from ' ~ state ~ '.build') -%}
        {%- do run_query('insert into ' ~ state ~ '.build (finished) values (false)') -%}
        {%- do write_file(target.database) -%}
    {%- endif -%}
    {{ log('tieout: this build is ' ~ ('an increment' if reason == 'an increment' else 'full, ' ~ reason), info=false) }}
{% endmacro %}
