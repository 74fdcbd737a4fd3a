{% macro open_end_ts() -%}cast('9999-12-31 00:00:00+00' as timestamp with time zone){%- endmacro %}
