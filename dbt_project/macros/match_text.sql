{# A match key as the text that items and their ids are made of. #}
{% macro match_text() %}concat_ws('|', {{ match_parts() }}){% endmacro %}
