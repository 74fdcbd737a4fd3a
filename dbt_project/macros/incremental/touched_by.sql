{#
  The keys of rows that a change of reference data reaches, one select for each reference model that changed: `rows` is the
  table as the last build left it, `finds` says for a reference model by which of its expressions a row is found.
#}
{% macro touched_by(rows, key, finds) %}
    {%- set changes = ref('int_reference_changes') -%}
    {%- set bounds = change_bounds() -%}
    {%- for model, expressions in finds -%}
        {%- if model in bounds %}
    union
    select {{ key | join(', ') }}
    from {{ rows }}
    where
        {%- for expression in expressions %}
        {%- set least, greatest = bounds[model][loop.index0] %}
        {%- if least is not none and greatest is not none %}
        {{ expression }} between '{{ least | replace("'", "''") }}' and '{{ greatest | replace("'", "''") }}' and
        {%- endif %}
        {%- endfor %}
        (
            {%- for expression in expressions %}cast({{ expression }} as varchar){{ ', ' if not loop.last }}{% endfor -%}
        ) in (
            select {% for _ in expressions %}find_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
            from {{ changes }}
            where model = '{{ model }}'
        )
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
