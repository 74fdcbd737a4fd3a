select
    run_id,
    build_time,
    as_of,
    group_currency
from {{ ref('int_build') }}
