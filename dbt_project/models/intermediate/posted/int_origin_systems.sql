with records as (
    {{ origin_records() }}
)

select
    origin_type,
    min(origin_system) as sole_system
from records
group by origin_type
having min(origin_system) = max(origin_system)
