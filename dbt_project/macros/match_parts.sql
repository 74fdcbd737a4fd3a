{# The columns that a match key is made of, see matched_on. #}
{% macro match_parts() %}flow, match_part_1, match_part_2, match_part_3, match_part_4, match_part_5{% endmacro %}
