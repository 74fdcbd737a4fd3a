{% macro known_at(column, clock) -%}
    {#- Under the clock `now` a row is known once its batch landed; under `data`, where everything may land at
        once, from the source's own time of change. Each caller names the clock that its column belongs to. -#}
    {%- set as_of = var('as_of', none) -%}
    {%- if as_of is not none and env_var('TIEOUT_CLOCK', 'now') == clock %}
        and {{ column }} <= cast('{{ as_of }}' as timestamp with time zone)
    {%- endif -%}
{%- endmacro %}
