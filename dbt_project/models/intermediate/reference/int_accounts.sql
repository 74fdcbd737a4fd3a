select
    members.key as account_key,
    accounts.source_system,
    accounts.account_id,
    coalesce(accounts.account_no, accounts.account_id) as account_no,
    coalesce(accounts.name, members.key) as name,
    coalesce(accounts.account_class, 'other') as account_class,
    coalesce(accounts.is_statistical, false) as is_statistical,
    coalesce(accounts.is_deleted, false) as is_deleted,
    accounts._batch_id
from {{ ref('int_members') }} as members
left join {{ ref('stg_erp__accounts') }} as accounts
    on
        members.source_system = accounts.source_system
        and members.source_id = accounts.account_id
where members.entity_type = 'account'
