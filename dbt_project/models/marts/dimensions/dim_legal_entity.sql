select
    legal_entity_key,
    legal_entity_id,
    source_system,
    name,
    functional_currency,
    region,
    time_zone,
    work_week,
    labor_costing,
    is_deleted
from {{ ref('int_legal_entities') }}
{{ special_members(
    'legal_entity_key',
    {
        'legal_entity_id': 'varchar',
        'source_system': 'varchar',
        'name': 'varchar',
        'functional_currency': 'varchar',
        'region': 'varchar',
        'time_zone': 'varchar',
        'work_week': 'varchar',
        'labor_costing': 'varchar',
        'is_deleted': 'boolean',
    },
) }}
