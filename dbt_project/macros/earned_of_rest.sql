{#
  Revenue to date of a percent-complete line: what it had earned before, plus what is left of its amount
  times the share of the work that is done since.
#}
{% macro earned_of_rest(before, row) -%}
    cast({{ before }} + {{ share_of(
        '(' ~ row ~ '.line_amount - ' ~ before ~ ')', row ~ '.earned_cost', row ~ '.earned_estimate'
    ) }} as decimal(18, 2))
{%- endmacro %}
