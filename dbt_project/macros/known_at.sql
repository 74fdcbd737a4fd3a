{% macro known_at(column, clock) -%}
    {#- Under the clock `now` a row is known once its batch landed; under `data`, where everything may land at
        once, from the source's own time of change. Each caller names the clock that its column belongs to, or `any`
        where what came later is unknown under either. -#}
    {%- set moment = as_of() -%}
    {%- if moment is not none and clock in (env_var('TIEOUT_CLOCK', 'now'), 'any') %}
        and {{ column }} <= cast('{{ moment }}' as timestamp with time zone)
    {%- endif -%}
{%- endmacro %}
