{#
  A percent-complete line's part of an amount of its project, by its weight among the lines; one that is alone takes all.
#}
{% macro line_share(amount) -%}
    case
        when weighted.weight = weighted.project_weight then {{ amount }}
        else {{ share_of(amount, 'weighted.weight', 'weighted.project_weight') }}
    end
{%- endmacro %}
