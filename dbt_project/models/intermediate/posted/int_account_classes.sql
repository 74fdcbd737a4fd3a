-- A deleted account still says what its old lines were.
select
    source_system,
    account_id,
    account_class,
    coalesce(is_statistical, false) as is_statistical
from {{ ref('stg_erp__accounts') }}
