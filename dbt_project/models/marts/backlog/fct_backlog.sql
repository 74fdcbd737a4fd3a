with contracted as (
    select
        'contracted' as backlog_type,
        contracted.basis,
        contracted.period_id,
        'all' as runoff_period_id,
        contracted.legal_entity_key,
        contracted.region,
        contracted.practice,
        contracted.customer_key,
        contracted.project_key,
        contracted.contract_line_key,
        contracted.billing_model,
        contracted.is_recurring,
        contracted.is_uncapped,
        contracted.end_date,
        contracted.currency,
        coalesce(contracted.currency, 'none') as currency_member,
        contracted.amount_in_force,
        contracted.recognized_to_date,
        contracted.backlog_transaction,
        contracted.overrun_transaction,
        {{ translate('contracted.backlog_transaction', 'group_rates.closing_rate') }} as backlog_group,
        {{ translate('contracted.overrun_transaction', 'group_rates.closing_rate') }} as overrun_group,
        cast(null as decimal(18, 2)) as hours,
        cast(null as decimal(18, 2)) as unpriced_hours
    from {{ ref('int_backlog_contracted') }} as contracted
    {{ group_rate_join('group_rates', 'contracted.legal_entity_key', 'contracted.period_id', 'contracted.currency') }}
),

booked as (
    select
        case when booked.booking_type = 'hard' then 'scheduled' else 'soft' end as backlog_type,
        'operational' as basis,
        booked.balance_period_id as period_id,
        booked.project_period_id as runoff_period_id,
        booked.project_entity_key as legal_entity_key,
        coalesce(entities.region, 'none') as region,
        projects.practice,
        booked.customer_key,
        booked.project_key,
        'none' as contract_line_key,
        booked.billing_model,
        false as is_recurring,
        false as is_uncapped,
        cast(max(booked.piece_to) as date) as end_date,
        booked.currency,
        coalesce(booked.currency, 'none') as currency_member,
        cast(null as decimal(18, 2)) as amount_in_force,
        cast(null as decimal(18, 2)) as recognized_to_date,
        cast(sum(booked.amount_transaction) as decimal(18, 2)) as backlog_transaction,
        cast(0 as decimal(18, 2)) as overrun_transaction,
        cast(sum(booked.amount_group) as decimal(18, 2)) as backlog_group,
        cast(0 as decimal(18, 2)) as overrun_group,
        cast(sum(booked.hours) as decimal(18, 2)) as hours,
        cast(sum(case when booked.amount_group is null then booked.hours else 0 end) as decimal(18, 2)) as unpriced_hours
    from {{ ref('int_booked_value') }} as booked
    inner join {{ ref('int_projects') }} as projects on booked.project_key = projects.project_key
    left join {{ ref('int_legal_entities') }} as entities on booked.project_entity_key = entities.legal_entity_key
    where booked.billing_model <> 'non_billable' and booked.balance_period_id is not null
    group by
        booked.booking_type, booked.balance_period_id, booked.project_period_id, booked.project_entity_key, entities.region,
        projects.practice, booked.customer_key, booked.project_key, booked.billing_model, booked.currency
)

select * from contracted
union all
select * from booked
