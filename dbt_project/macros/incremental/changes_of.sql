{#
  The rows by which this increment changed a `keyed` model that `remembers`: those that are gone (`is_new` false) and those
  that came. Only an increment may read it; who reads it also refers to the model, so that it comes after. They lie in memory
  (see profiles.yml) for as long as the build runs: writing them to a file cost more than finding them.
#}
{% macro changes_of(model) %}{{ return('changes.main.' ~ model) }}{% endmacro %}
