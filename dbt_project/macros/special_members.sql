{% macro special_members(key, columns, named='name') -%}
    {#- `columns` are the other columns with their types; the one in `named` says what the member means. -#}
    {%- for member, words in [('unmapped', 'Not mapped'), ('none', 'None')] %}
    union all
    select
        '{{ member }}' as {{ key }}
        {%- for column, type in columns.items() %},
        cast({{ "'" ~ words ~ "'" if column == named else 'false' if type == 'boolean' else 'null' }} as {{ type }}) as {{ column }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}
