-- Rules 1 and 3 to 7 for groups that are posted and that no operational row stands behind.

with compared as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as in ('posted_only', 'accrual')

),

cells as (

    select * from {{ ref('int_recon_cells') }}

),

origins as (

    select * from {{ ref('int_recon_origins') }}

),

periods as (

    select * from {{ ref('int_recon_accrual_ends') }}

),

build as (

    select * from {{ ref('int_build') }}

),

classified as (

    select
        compared.*,
        case
            when origins.is_reversed_at_source then 'reversed_at_source'
            when compared.compared_as = 'accrual' or compared.has_accrual then 'accrual'
            when compared.posted_functional = 0 and compared.posted_transaction = 0 then 'cutoff'
            when compared.component = 'remainder' then 'summary_unallocated'
            when not origins.is_landed then 'orphan_posting'
            when
                compared.posting_origin_type = 'manual'
                or (compared.match_kind = 'line' and compared.origin_id is null and compared.match_origin_id is null)
                then 'manual_journal'
            when compared.match_kind = 'term' then 'estimate_difference'
            when
                compared.flow in ('revenue', 'loss_provision')
                and coalesce(compared.contract_line_key, 'none') in ('none', 'unmapped')
                then 'unmapped'
            else 'unclassified'
        end as category
    from compared
    left join origins
        on
            coalesce(compared.match_origin_type, compared.origin_type) = origins.origin_type
            and coalesce(compared.match_origin_system, compared.origin_system) = origins.origin_system
            and coalesce(compared.match_origin_id, compared.origin_id) = origins.origin_id

)

select
    cells.match_key,
    case
        when classified.category = 'summary_unallocated' and cells.posted_functional = 0 and cells.posted_transaction = 0
            then 'rounding'
        when
            classified.category = 'accrual' and classified.compared_as <> 'accrual'
            and periods.accrual_ends_on < {{ local_date('build.build_time', 'periods.time_zone') }}
            then 'accrual_not_reversed'
        else classified.category
    end as category,
    'home' as leg,
    cells.legal_entity_key,
    cells.project_key,
    cells.period_id,
    cast(case when not classified.is_two_currencies then -cells.posted_transaction end as decimal(18, 2)) as difference_transaction,
    cast(-cells.posted_functional as decimal(18, 2)) as difference_functional,
    cast(-cells.posted_group as decimal(18, 2)) as difference_group,
    cast(-cells.posted_hours as decimal(18, 2)) as difference_hours
from classified
inner join cells on classified.match_key = cells.match_key
cross join build
left join periods
    on
        cells.legal_entity_key = periods.legal_entity_key
        and cells.period_id = periods.period_id
where cells.posted_transaction <> 0 or cells.posted_functional <> 0 or cells.posted_group <> 0 or cells.posted_hours <> 0
