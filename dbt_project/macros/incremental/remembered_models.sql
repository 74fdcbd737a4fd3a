{#
  Reference models whose changes reach rows that no new batch touched: by name, the columns that rows depend
  on, and of those the ones by which the rows are found again.
#}
{% macro remembered_models() %}
    {{ return({
        'int_id_map': {
            'find': ['entity_type', 'system', 'source_id'],
            'columns': ['entity_type', 'system', 'source_id', 'valid_from', 'valid_to', 'key'],
        },
        'int_legal_entities': {
            'find': ['legal_entity_key'],
            'columns': ['legal_entity_key', 'region', 'functional_currency', 'time_zone', 'labor_costing'],
        },
        'int_workers': {'find': ['worker_key'], 'columns': ['worker_key', 'worker_type', 'vendor_key']},
        'int_worker_month_terms': {
            'find': ['worker_key', 'month'],
            'columns': [
                'worker_key', 'month', 'valid_from', 'valid_to', 'worker_assignment_key', 'legal_entity_key',
                'practice', 'role', 'serves_entity_key', 'hourly_cost', 'cost_currency',
            ],
        },
        'int_projects': {
            'find': ['project_key'],
            'columns': [
                'project_key', 'legal_entity_key', 'customer_key', 'contract_key', 'billing_model', 'currency',
                'practice',
            ],
        },
        'int_project_lines': {
            'find': ['project_key'], 'columns': ['project_key', 'candidate_count', 'contract_line_key'],
        },
        'int_contract_lines': {
            'find': ['contract_line_key'], 'columns': ['contract_line_key', 'billing_model', 'currency'],
        },
        'int_contract_line_terms': {
            'find': ['contract_line_key'],
            'columns': [
                'contract_line_key', 'amendment_no', 'effective_from', 'effective_to', 'amount', 'cap_includes_expenses',
            ],
        },
        'int_revenue_lines': {
            'find': ['contract_line_key'],
            'columns': ['contract_line_key', 'contract_key', 'currency', 'recognition_method'],
        },
        'int_contracts': {'find': ['contract_key'], 'columns': ['contract_key', 'currency', 'legal_entity_key']},
        'int_bill_rate_months': {
            'find': ['project_key', 'month'],
            'columns': [
                'project_key', 'month', 'worker_key', 'role', 'valid_from', 'valid_to', 'hourly_rate', 'currency',
            ],
        },
        'int_periods': {
            'find': ['legal_entity_key', 'period_id'],
            'columns': ['legal_entity_key', 'period_id', 'start_date', 'end_date', 'close_due_at'],
        },
        'int_period_days': {
            'find': ['legal_entity_key', 'day'],
            'columns': ['legal_entity_key', 'day', 'period_id', 'first_closed_at'],
        },
        'int_period_shifts': {
            'find': ['legal_entity_key', 'work_period_id'],
            'columns': ['legal_entity_key', 'work_period_id', 'submitted_from', 'submitted_until', 'period_id'],
        },
        'int_fx_days': {
            'find': ['from_currency', 'to_currency', 'rate_date'],
            'columns': ['from_currency', 'to_currency', 'rate_date', 'rate'],
        },
        'int_fx_period': {
            'find': ['legal_entity_key', 'period_id', 'from_currency'],
            'columns': [
                'legal_entity_key', 'period_id', 'from_currency', 'average_rate', 'closing_rate', 'is_provisional',
            ],
        },
        'int_account_classes': {
            'find': ['source_system', 'account_id'],
            'columns': ['source_system', 'account_id', 'account_class', 'is_statistical'],
        },
        'int_gl_journals_unbalanced': {
            'find': ['source_system', 'legal_entity_id', 'journal_id'],
            'columns': ['source_system', 'legal_entity_id', 'journal_id'],
        },
        'int_gl_reversal_chains': {
            'find': ['source_system', 'gl_line_id'],
            'columns': ['source_system', 'gl_line_id', 'root_gl_line_id'],
        },
        'int_origin_systems': {'find': ['origin_type'], 'columns': ['origin_type', 'sole_system']},
        'int_origin_instances': {
            'find': ['origin_type', 'origin_id'], 'columns': ['origin_type', 'origin_id', 'source_system'],
        },
        'int_project_stream_lines': {
            'find': ['project_key'], 'columns': ['project_key', 'revenue_stream', 'contract_line_key'],
        },
        'int_worker_assignments': {
            'find': ['worker_key'],
            'columns': ['worker_key', 'valid_from', 'valid_to', 'practice', 'role', 'serves_entity_key'],
        },
    }) }}
{% endmacro %}
