{% macro divide(numerator, denominator, scale=8) -%}
    {#- DuckDB divides decimals as binary floats; whole numbers of 38 digits stay exact. Both sides carry up to
        eight decimals; the result is rounded half away from zero. -#}
    {%- set top = 'cast(cast(' ~ numerator ~ ' as decimal(38, 8)) * 100000000 as hugeint)' -%}
    {%- set bottom = 'cast(cast(' ~ denominator ~ ' as decimal(38, 8)) * 100000000 as hugeint)' -%}
    cast(
        sign({{ top }}) * sign({{ bottom }})
        * (
            (2 * abs({{ top }}) * {{ 10 ** scale }} + abs({{ bottom }}))
            // nullif(2 * abs({{ bottom }}), 0)
        ) as decimal(38, 0)
    ) * {{ '0.' ~ '0' * (scale - 1) ~ '1' }}
{%- endmacro %}
