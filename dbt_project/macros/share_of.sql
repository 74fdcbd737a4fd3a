{#
  whole × part ÷ total, rounded half away from zero to cents, in whole numbers throughout: money or days go in,
  money comes out. Division of decimals would pass through a binary float. Null where total is 0.
#}
{% macro share_of(whole, part, total) -%}
    {%- set product = 'cast((' ~ whole ~ ') * 100 as hugeint) * cast((' ~ part ~ ') * 100 as hugeint)' -%}
    {%- set divisor = 'cast((' ~ total ~ ') * 100 as hugeint)' -%}
    cast(
        cast(
            sign({{ product }}) * sign({{ divisor }})
            * ((2 * abs({{ product }}) + abs({{ divisor }})) // nullif(2 * abs({{ divisor }}), 0))
            as decimal(36, 0)
        ) * cast(0.01 as decimal(2, 2))
        as decimal(18, 2)
    )
{%- endmacro %}
