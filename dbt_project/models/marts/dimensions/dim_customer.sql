select
    customer_key,
    customer_id,
    source_system,
    name,
    parent_customer_key,
    industry,
    country,
    segment,
    is_deleted
from {{ ref('int_customers') }}
{{ special_members(
    'customer_key',
    {
        'customer_id': 'varchar',
        'source_system': 'varchar',
        'name': 'varchar',
        'parent_customer_key': 'varchar',
        'industry': 'varchar',
        'country': 'varchar',
        'segment': 'varchar',
        'is_deleted': 'boolean',
    },
) }}
