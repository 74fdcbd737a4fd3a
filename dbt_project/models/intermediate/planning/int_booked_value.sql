-- Grain: as int_booked_hours, with the bill rate in force on its days: the person's, else the role's, else the project's; a
-- booking of nobody yet has no person's. Group value at the closing rate of the period that is running.
with booked as (
    select * from {{ ref('int_booked_hours') }}
),

rates as (
    select * from {{ ref('int_bill_rates') }}
),

running as (
    select
        days.legal_entity_key,
        days.period_id
    from {{ ref('int_period_days') }} as days
    inner join {{ ref('int_today') }} as build on days.legal_entity_key = build.legal_entity_key and days.day = build.build_date
),

priced as (
    select
        booked.*,
        running.period_id as balance_period_id,
        coalesce(own.hourly_rate, by_role.hourly_rate, overall.hourly_rate) as bill_rate,
        case
            when own.hourly_rate is not null then own.currency
            when by_role.hourly_rate is not null then by_role.currency
            else overall.currency
        end as currency
    from booked
    left join running on booked.project_entity_key = running.legal_entity_key
    {%- for alias, worker, role in [
        ('own', "nullif(booked.worker_key, 'none')", "'none'"), ('by_role', "'none'", 'booked.role'), ('overall', "'none'", "'none'")
    ] %}
    left join rates as {{ alias }}
        on
            booked.project_key = {{ alias }}.project_key
            and {{ alias }}.worker_key = {{ worker }}
            and {{ alias }}.role = {{ role }}
            and booked.piece_from >= {{ alias }}.valid_from
            and booked.piece_from < {{ alias }}.valid_to
    {%- endfor %}
)

select
    priced.*,
    {{ money(wide('priced.hours') ~ ' * priced.bill_rate') }} as amount_transaction,
    {{ translate(money(wide('priced.hours') ~ ' * priced.bill_rate'), 'group_rates.closing_rate') }} as amount_group
from priced
{{ group_rate_join('group_rates', 'priced.project_entity_key', 'priced.balance_period_id', 'priced.currency') }}
