{#
  One side (numerator or denominator) of a metric as rows of fct_metric: the sum of an expression over a feed,
  split by the period and by those of all dimensions that the metric has; the others are null. A denominator that
  lacks every rate is 0: a ratio keeps both its sides, and what has no rate is left out of it as out of any sum.
#}
{% macro metric_side(metric, basis, side, source, expression, dimensions, all, where=none, other=none) -%}
    {%- set amount = 'cast(sum(' ~ expression ~ ') as decimal(38, 6))' -%}
    {%- set rest = 'cast(' ~ (other if other is not none else 'null') ~ ' as decimal(38, 6))' -%}
    select
        '{{ metric }}' as metric_id,
        '{{ basis }}' as basis,
        period_id,
        {%- for name in all %}
        {{ name if name in dimensions else 'cast(null as string)' }} as {{ name }},
        {%- endfor %}
        {{ amount if side == 'numerator' else rest }} as numerator,
        {{ 'coalesce(' ~ amount ~ ', 0)' if side == 'denominator' else rest }} as denominator
    from {{ ref(source) }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
    group by period_id
        {%- for name in all if name in dimensions %}, {{ name }}{% endfor %}
{%- endmacro %}
