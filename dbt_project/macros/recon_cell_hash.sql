{# The cell of the bridge that a ledger row stands in, with its currency, as one number. #}
{% macro recon_cell_hash() %}{{ fingerprint(['flow', 'legal_entity_key', 'project_key', 'period_id', 'currency']) }}{% endmacro %}
