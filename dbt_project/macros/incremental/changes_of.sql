{#
  The rows by which this increment changed a `keyed` model that `remembers`: those that are gone (`is_new` false) and those
  that came. Only an increment may read it; who reads it also refers to the model, so that it comes after.
#}
{% macro changes_of(model) %}{{ return(state_schema() ~ '.' ~ model ~ '__changes') }}{% endmacro %}
