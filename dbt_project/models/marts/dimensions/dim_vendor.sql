select
    vendor_key,
    vendor_id,
    source_system,
    name,
    country,
    is_deleted
from {{ ref('int_vendors') }}
{{ special_members(
    'vendor_key',
    {
        'vendor_id': 'varchar',
        'source_system': 'varchar',
        'name': 'varchar',
        'country': 'varchar',
        'is_deleted': 'boolean',
    },
) }}
