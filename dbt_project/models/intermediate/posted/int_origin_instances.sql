-- Where a type of origin comes from several feed instances, a record that is named without its system is that of the one
-- instance which has it. Of those that several have, or none, nothing is said here.
with named as (
    select
        origin_type,
        origin_id
    from {{ ref('stg_erp__gl_lines') }}
    where origin_system is null and origin_id is not null
    union
    select
        origin_type,
        origin_id
    from {{ ref('stg_billing__invoice_lines') }}
    where origin_system is null and origin_id is not null
),

wanted as (
    select named.*
    from named
    left join {{ ref('int_origin_systems') }} as systems on named.origin_type = systems.origin_type
    where systems.origin_type is null
),

records as (
    {{ origin_records() }}
),

found as (
    select
        wanted.origin_type,
        wanted.origin_id,
        records.origin_system
    from records
    inner join wanted
        on
            records.origin_type = wanted.origin_type
            and records.origin_id = wanted.origin_id

    union all

    -- a posting may name the whole invoice as well as a line of it
    select
        wanted.origin_type,
        wanted.origin_id,
        invoices.source_system as origin_system
    from {{ ref('stg_billing__invoices') }} as invoices
    inner join wanted on invoices.invoice_id = wanted.origin_id and wanted.origin_type = 'invoice'
)

select
    origin_type,
    origin_id,
    min(origin_system) as source_system
from found
group by origin_type, origin_id
having min(origin_system) = max(origin_system)
