{#
  dbt's own materialization builds beside, renames twice and drops: a dozen statements a model, most of a small
  increment's time. DuckDB changes its catalogue inside transactions, so dropping and creating in one is as safe:
  whoever looks meanwhile, and a build that fails, keeps the table that was there. What is sent is the same every day:
  `tieout build` sends it again as it is (see docs/adr/0200).

  `unique_key` names the columns by which a row is found: none is null and no two rows share them, or the
  model fails before it replaces anything.
#}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') -%}
        {%- if existing is not none and existing.type != 'table' %}
            drop {{ existing.type }} {{ existing }};
        {%- endif %}
        drop table if exists {{ target_relation }};
        {{ create_table_as(False, target_relation, compiled_code) }}
    {%- endcall %}
    {% do refuse_repeated_keys(target_relation) %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
