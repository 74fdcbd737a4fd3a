{% macro open_end() -%}date '9999-12-31'{%- endmacro %}
