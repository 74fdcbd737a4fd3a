{% macro open_start() -%}date '1900-01-01'{%- endmacro %}
