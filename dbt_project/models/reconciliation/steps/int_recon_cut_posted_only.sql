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
            when compared.compared_as = 'accrual' then 'accrual'
            when not origins.is_landed then 'orphan_posting'
            when compared.has_accrual then 'accrual'
            when
                compared.component = 'remainder'
                or (compared.match_kind = 'chain' and compared.posting_origin_type in ('summary', 'payroll'))
                then 'summary_unallocated'
            when
                compared.posting_origin_type = 'manual'
                or (compared.match_kind in ('line', 'chain') and compared.origin_id is null and compared.match_origin_id is null)
                then 'manual_journal'
            when compared.match_kind = 'term' then 'estimate_difference'
            when
                compared.flow in ('revenue', 'loss_provision')
                and coalesce(compared.contract_line_key, 'none') in ('none', 'unmapped')
                then 'unmapped'
            -- a record that stands and is nothing of this flow: not for sale and invoiced, a contractor's and posted as labor
            when compared.match_kind = 'origin' then 'amount_difference'
            else 'unclassified'
        end as category
    from compared
    left join origins
        on
            coalesce(compared.match_origin_type, compared.origin_type) = origins.origin_type
            and coalesce(compared.match_origin_system, compared.origin_system, 'none')
            = origins.origin_system
            and coalesce(compared.match_origin_id, compared.origin_id) = origins.origin_id

),

placed as (

    select
        cells.match_key,
        cells.legal_entity_key,
        cells.project_key,
        cells.period_id,
        cells.posted_transaction,
        cells.posted_functional,
        cells.posted_group,
        cells.posted_hours,
        classified.compared_as,
        classified.category,
        classified.is_two_currencies,
        -- a posting and its reversal in two places: the amounts only move
        classified.posted_functional = 0
        and classified.posted_transaction = 0
        and max(abs(cells.posted_functional) + abs(cells.posted_transaction)) over (partition by cells.match_key) <> 0
        and classified.category <> 'accrual' as is_moved,
        case
            when min(cells.period_id) over (partition by cells.match_key)
                <> max(cells.period_id) over (partition by cells.match_key) then 'cutoff'
            when min(cells.legal_entity_key) over (partition by cells.match_key)
                <> max(cells.legal_entity_key) over (partition by cells.match_key) then 'wrong_entity'
            else 'wrong_project'
        end as moved_as,
        -- the last of them takes what the other period's rate, or other hours, leave
        row_number() over (
            partition by cells.match_key
            order by cells.period_id desc, cells.legal_entity_key asc, cells.project_key asc
        ) = 1 as is_last,
        sum(cells.posted_group) over (partition by cells.match_key) as rest_group,
        sum(cells.posted_hours) over (partition by cells.match_key) as rest_hours
    from classified
    inner join cells on classified.match_key = cells.match_key

),

named as (

    select
        placed.*,
        case
            when placed.is_moved then placed.moved_as
            when
                placed.category = 'summary_unallocated'
                and placed.posted_functional = 0 and placed.posted_transaction = 0 and placed.posted_hours = 0
                then 'rounding'
            when
                placed.category = 'accrual' and placed.compared_as <> 'accrual'
                and periods.accrual_ends_on < {{ local_date('build.build_time', 'periods.time_zone') }}
                then 'accrual_not_reversed'
            else placed.category
        end as reason,
        case when placed.is_moved and placed.is_last then placed.rest_group else 0 end as translated_group,
        case when placed.is_moved and placed.is_last then placed.rest_hours else 0 end as other_hours
    from placed
    cross join build
    left join periods
        on
            placed.legal_entity_key = periods.legal_entity_key
            and placed.period_id = periods.period_id

)

select
    match_key,
    reason as category,
    'home' as leg,
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then -posted_transaction end as decimal(18, 2)) as difference_transaction,
    cast(-posted_functional as decimal(18, 2)) as difference_functional,
    cast(translated_group - posted_group as decimal(18, 2)) as difference_group,
    cast(other_hours - posted_hours as decimal(18, 2)) as difference_hours
from named
where posted_transaction <> 0 or posted_functional <> 0 or posted_group <> 0 or posted_hours <> 0
{%- for category, group_amount, hours in [
    ('translation_difference', '-translated_group', '0'), ('hours_difference', '0', '-other_hours')
] %}

union all

select
    match_key,
    '{{ category }}',
    'home',
    legal_entity_key,
    project_key,
    period_id,
    cast(case when not is_two_currencies then 0 end as decimal(18, 2)),
    cast(0 as decimal(18, 2)),
    cast({{ group_amount }} as decimal(18, 2)),
    cast({{ hours }} as decimal(18, 2))
from named
where {{ 'translated_group' if hours == '0' else 'other_hours' }} <> 0
{%- endfor %}
