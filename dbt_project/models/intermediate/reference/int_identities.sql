{%- set owners = {
    'customer': ('stg_crm__customers', 'customer_id'),
    'employee': ('stg_hcm__employees', 'employee_id'),
    'project': ('stg_psa__projects', 'project_id'),
    'contract': ('stg_crm__contracts', 'contract_id'),
    'contract_line': ('stg_crm__contract_lines', 'contract_line_id'),
    'vendor': ('stg_procurement__vendors', 'vendor_id'),
    'account': ('stg_erp__accounts', 'account_id'),
    'cost_center': ('stg_erp__cost_centers', 'cost_center_id'),
    'legal_entity': ('stg_erp__legal_entities', 'legal_entity_id'),
} -%}
{% for entity_type, owner in owners.items() -%}
select
    '{{ entity_type }}' as entity_type,
    source_system,
    {{ owner[1] }} as source_id,
    source_system || ':' || {{ owner[1] }} as own_key,
    max(updated_at) as updated_at,
    bool_and(is_deleted) as is_deleted
from {{ ref(owner[0]) }}
group by source_system, {{ owner[1] }}
{{ 'union all' if not loop.last }}
{% endfor %}
