select
    account_key,
    account_id,
    source_system,
    account_no,
    name,
    account_class,
    is_statistical,
    is_deleted
from {{ ref('int_accounts') }}
{{ special_members(
    'account_key',
    {
        'account_id': 'varchar',
        'source_system': 'varchar',
        'account_no': 'varchar',
        'name': 'varchar',
        'account_class': 'varchar',
        'is_statistical': 'boolean',
        'is_deleted': 'boolean',
    },
) }}
