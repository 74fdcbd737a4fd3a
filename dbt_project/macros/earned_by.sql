{#
  Revenue to date of a segment of a term at the end of a day: what had been earned before the segment, plus
  the days of it that have passed, of all its days, times what is left to earn (for a segment that restates
  the whole term nothing counts as earned before). A segment without days left has earned everything.
#}
{% macro earned_by(segment, day) -%}
    {%- set passed = days_apart(segment ~ '.spread_from', day) ~ ' + 1' -%}
    {%- set total = days_apart(segment ~ '.spread_from', segment ~ '.spread_to') ~ ' + 1' -%}
    {%- set before = 'case when ' ~ segment ~ ".spreading = 'days_left' then " ~ segment ~ '.earned_before else 0 end' -%}
    cast(
        case
            when {{ total }} <= 0 then {{ segment }}.amount
            else {{ before }} + {{ share_of(
                '(' ~ segment ~ '.amount - ' ~ before ~ ')',
                'greatest(least(' ~ passed ~ ', ' ~ total ~ '), 0)',
                '(' ~ total ~ ')'
            ) }}
        end as decimal(18, 2)
    )
{%- endmacro %}
