{#
  Brings a keyed table's columns `moves` up to date where the average rate of a row's books, period and currency changed:
  by name, the expression that makes the column of the row itself (`kept`) and its rate (`rates`, which has nothing where
  there is none). An update writes the columns that it sets; rows that are deleted and written again make DuckDB write all
  columns of their row groups anew when it closes the file. `where` names the column that says of which rows this holds.

  A table with `moves` has a list of what was touched, and every such list comes after int_reference_changes.
#}
{% macro move_by_rate(relation, moves, where=none) %}
    {%- set changes = remembered_relation('int_reference_changes') -%}
    {%- set moved = run_query("select min(find_2), max(find_2) from " ~ changes ~ " where model = 'int_fx_period'").rows[0] -%}
    {%- if moved[0] is none -%}{{ return('') }}{%- endif -%}
    {%- call statement('moved') -%}
        update {{ relation }} as kept
        set {% for column, made in moves.items() %}{{ column }} = {{ made }}{{ ', ' if not loop.last }}{% endfor %}
        from (
            select changed.find_1, changed.find_2, changed.find_3, fx.average_rate, fx.is_provisional
            from {{ changes }} as changed
            left join {{ remembered_relation('int_fx_period') }} as fx
                on
                    changed.find_1 = fx.legal_entity_key
                    and changed.find_2 = fx.period_id
                    and changed.find_3 = fx.from_currency
            where changed.model = 'int_fx_period'
        ) as rates
        where
            kept.legal_entity_key = rates.find_1
            and kept.period_id = rates.find_2
            and kept.functional_currency = rates.find_3
            -- written out: a scan passes over the row groups of closed periods
            and kept.period_id between '{{ moved[0] | replace("'", "''") }}' and '{{ moved[1] | replace("'", "''") }}'
            {%- if where %}
            and kept.{{ where }}
            {%- endif %}
            and (
                {%- for column, made in moves.items() %}
                {{ 'or ' if not loop.first }}kept.{{ column }} is distinct from {{ made }}
                {%- endfor %}
            )
    {%- endcall -%}
{% endmacro %}
