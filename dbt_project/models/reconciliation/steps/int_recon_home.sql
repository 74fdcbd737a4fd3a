-- What the home cell of each group still has to explain once what moved elsewhere is brought home. A view: of the many
-- groups without a posting few columns are asked for, and of those with one few stay.

{{ config(materialized='view') }}

with compared as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as in ('both', 'unposted')

),

cells as (

    select * from {{ ref('int_recon_cells') }}

),

moved as (

    select
        match_key,
        sum(moved_transaction) as moved_transaction,
        sum(here_functional) as moved_functional,
        sum(pair_group) as moved_group,
        sum(moved_hours) as moved_hours
    from {{ ref('int_recon_moved') }}
    group by match_key

)

select
    compared.*,
    cells.operational_transaction as home_transaction,
    cells.operational_functional as home_functional,
    cells.operational_group as home_group,
    cells.operational_transaction - cells.posted_transaction - coalesce(moved.moved_transaction, 0) as open_transaction,
    cells.operational_functional - cells.posted_functional - coalesce(moved.moved_functional, 0) as open_functional,
    cells.operational_group - cells.posted_group - coalesce(moved.moved_group, 0) as open_group,
    cells.operational_hours - cells.posted_hours - coalesce(moved.moved_hours, 0) as open_hours
from compared
inner join cells
    on
        compared.match_key = cells.match_key
        and compared.home_legal_entity_key = cells.legal_entity_key
        and compared.home_project_key = cells.project_key
        and compared.home_period_id = cells.period_id
left join moved on compared.match_key = moved.match_key
