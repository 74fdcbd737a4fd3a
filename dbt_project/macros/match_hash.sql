{#
  A number for a match key, of its parts: two keys with one number would be judged as one group, and if neither agreed alone
  but both did together, the bridge would not close.
#}
{% macro match_hash(parts) %}{{ fingerprint(parts) }}{% endmacro %}
