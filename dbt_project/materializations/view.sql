{#
  dbt's own materialization builds beside, renames twice and drops. As for `table`, dropping and creating in one transaction
  is as safe, and what is sent is the same every day (`tieout build` sends it again as it is, see docs/adr/0200).
#}
{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') -%}
        {%- if existing is not none and existing.type != 'view' %}
            drop {{ existing.type }} {{ existing }};
        {%- endif %}
        drop view if exists {{ target_relation }};
        {{ create_view_as(target_relation, compiled_code) }}
    {%- endcall %}

    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
