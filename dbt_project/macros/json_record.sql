{#
  A JSON object as text in its canonical form: members in the order of their names, no blanks. `members` gives
  for each name an expression that already is JSON text.
#}
{% macro json_record(members) -%}
    {%- for name in members | sort -%}
        '{{ '{' if loop.first else ',' }}"{{ name }}":' || {{ members[name] }} || {{ "'}'" if loop.last }}
    {%- endfor -%}
{%- endmacro %}
