{#
  The order in which entries use up a cap: by approval, then the ones that still wait for it; ties by work
  date, system and id, so that a rebuild cuts the same entry.
#}
{% macro approval_order() -%}
    approved_at asc nulls last, transaction_date, source_system, origin_id, origin_type
{%- endmacro %}
