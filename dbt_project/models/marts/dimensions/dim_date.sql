select
    day as date_day,
    {{ month_start('day') }} as month_start,
    cast(year(day) as integer) as calendar_year
from (select distinct day from {{ ref('int_period_days') }}) as days
