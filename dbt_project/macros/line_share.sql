{#
  A percent-complete line's part of an amount of its project, by line amount; a line that is alone takes all.
#}
{% macro line_share(amount) -%}
    case
        when weighted.line_amount_group = weighted.project_amount_group then {{ amount }}
        else {{ share_of(amount, 'weighted.line_amount_group', 'weighted.project_amount_group') }}
    end
{%- endmacro %}
