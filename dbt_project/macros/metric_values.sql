{#
  The values of a percentile metric as rows of fct_metric_distribution: the weight that stands at each value,
  split by the period and by those of all dimensions that the metric has; the others are null.
#}
{% macro metric_values(metric, basis, source, value, weight, dimensions, all, where=none) -%}
    select
        '{{ metric }}' as metric_id,
        '{{ basis }}' as basis,
        period_id,
        {%- for name in all %}
        {{ name if name in dimensions else 'cast(null as string)' }} as {{ name }},
        {%- endfor %}
        cast({{ value }} as decimal(18, 2)) as value,
        cast(sum({{ weight }}) as decimal(38, 6)) as weight
    from {{ ref(source) }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
    group by period_id, {{ value }}
        {%- for name in all if name in dimensions %}, {{ name }}{% endfor %}
{%- endmacro %}
