{# What the other leg of an intercompany charge is matched on, see matched_on. #}
{% macro recon_other_leg() %}
    flow || '|leg|' || coalesce(counterparty_entity_key, '') || '|' || legal_entity_key || '|'
    || coalesce(project_key, '') || '|' || coalesce(period_id, '')
{%- endmacro %}
