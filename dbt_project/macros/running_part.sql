{#
  What one of several takes of a whole that they share: the step of the rounded running total from `before` to
  `to_here`, of a `total` of the same unit. So the parts add up to the whole (ADR 14).
#}
{% macro running_part(whole, before, to_here, total) -%}
    cast(
        {{ divide(whole ~ ' * (' ~ to_here ~ ')', total, 2) }}
        - {{ divide(whole ~ ' * (' ~ before ~ ')', total, 2) }}
        as decimal(18, 2)
    )
{%- endmacro %}
