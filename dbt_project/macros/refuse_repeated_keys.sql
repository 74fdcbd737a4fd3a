{#
  Stops the model at hand where rows of `relation` share its `unique_key` or leave a part of it empty; given
  `among`, a table of the rows just written, only their keys are looked for. A materialization calls it before it
  commits, so the table that stood before stays.
#}
{% macro refuse_repeated_keys(relation, among=none) %}
    {%- set key = config.get('unique_key') -%}
    {%- if not key -%}{{ return('') }}{%- endif -%}
    {%- set columns = key | join(', ') -%}
    {%- set empty = key | join(' is null or ') ~ ' is null' -%}
    {%- set query -%}
        select count(*), any_value(concat_ws(', ', {{ columns }}))
        from (
            select {{ columns }} from {{ relation }}
            {% if among %}where ({{ columns }}) in (select {{ columns }} from {{ among }}) or {{ empty }}{% endif %}
            group by {{ columns }}
            having count(*) > 1 or {{ empty }}
        ) as repeated
    {%- endset -%}
    {%- set found = run_query(query).rows[0] -%}
    {%- if found[0] -%}
        {{ exceptions.raise_compiler_error(
            found[0] ~ ' keys (' ~ columns ~ ') of ' ~ this.identifier ~ ' are repeated or empty, such as ' ~ found[1]
        ) }}
    {%- endif -%}
{% endmacro %}
