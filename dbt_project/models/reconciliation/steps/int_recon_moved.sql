-- What is posted in another cell than the one operations put it in, with the amounts that move.

with compared as (

    select * from {{ ref('int_recon_compared') }}
    where compared_as in ('both', 'unposted')

),

cells as (

    select * from {{ ref('int_recon_cells') }}

),

elsewhere as (

    select
        cells.match_key,
        cells.legal_entity_key,
        cells.project_key,
        cells.period_id,
        compared.home_legal_entity_key,
        compared.home_project_key,
        compared.home_period_id,
        compared.functional_currency as home_functional_currency,
        compared.is_two_currencies,
        compared.unmapped_members,
        compared.posted_unmapped_members,
        cells.functional_currency = compared.functional_currency as is_same_functional,
        home.operational_transaction as home_transaction,
        home.operational_functional as home_functional,
        home.operational_group as home_group,
        cells.posted_transaction - cells.operational_transaction as moved_transaction,
        cells.posted_functional - cells.operational_functional as there_functional,
        cells.posted_group - cells.operational_group as there_group,
        cells.posted_hours - cells.operational_hours as moved_hours
    from compared
    inner join cells on compared.match_key = cells.match_key
    inner join cells as home
        on
            compared.match_key = home.match_key
            and compared.home_legal_entity_key = home.legal_entity_key
            and compared.home_project_key = home.project_key
            and compared.home_period_id = home.period_id
    where
        (
            cells.legal_entity_key <> compared.home_legal_entity_key
            or cells.project_key <> compared.home_project_key
            or cells.period_id <> compared.home_period_id
        )
        and (
            cells.posted_transaction <> cells.operational_transaction
            or cells.posted_functional <> cells.operational_functional
            or cells.posted_group <> cells.operational_group
            or cells.posted_hours <> cells.operational_hours
        )

),

translated as (

    select
        *,
        case
            when is_same_functional then there_functional
            when is_two_currencies or home_transaction = 0 then {{ divide(wide('there_group') ~ ' * ' ~ wide('home_functional'), 'home_group', 2) }}
            else {{ divide(wide('moved_transaction') ~ ' * ' ~ wide('home_functional'), 'home_transaction', 2) }}
        end as here_functional
    from elsewhere

),

valued as (

    select
        translated.*,
        case
            when home_functional = 0 or home_functional is null then there_group
            when abs(here_functional) = abs(home_functional) then home_group * sign(here_functional) * sign(home_functional)
            -- the cents of a small record say too little of its rate to translate another amount by
            when group_rates.average_rate is not null then {{ translate('here_functional', 'group_rates.average_rate') }}
            else {{ divide(wide('here_functional') ~ ' * ' ~ wide('home_group'), 'home_functional', 2) }}
        end as pair_group,
        case
            when
                (translated.legal_entity_key <> home_legal_entity_key or project_key <> home_project_key)
                and (
                    project_key = 'unmapped' or home_project_key = 'unmapped'
                    or translated.legal_entity_key = 'unmapped' or home_legal_entity_key = 'unmapped'
                )
                then 'unmapped'
            when translated.legal_entity_key <> home_legal_entity_key then 'wrong_entity'
            when project_key <> home_project_key then 'wrong_project'
            else 'cutoff'
        end as category
    from translated
    {{ group_rate_join(
        'group_rates', 'translated.home_legal_entity_key', 'translated.home_period_id', 'translated.home_functional_currency'
    ) }}

)

select * from valued
