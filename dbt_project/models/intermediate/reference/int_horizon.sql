{%- set facts = [
    ('stg_psa__time_entries', 'work_date'), ('stg_expense__expenses', 'expense_date'),
    ('stg_procurement__vendor_bill_lines', 'bill_date'), ('stg_erp__gl_lines', 'posting_date'),
    ('stg_billing__invoices', 'invoice_date'), ('stg_billing__billing_events', 'due_date'),
    ('stg_psa__resource_allocations', 'start_date'), ('stg_psa__resource_allocations', 'end_date'),
    ('stg_psa__projects', 'start_date'), ('stg_psa__projects', 'end_date'),
    ('stg_psa__milestones', 'planned_date'),
    ('stg_crm__contract_lines', 'start_date'), ('stg_crm__contract_lines', 'end_date'),
    ('stg_erp__accounting_periods', 'start_date'), ('stg_erp__accounting_periods', 'end_date'),
] -%}
{%- set before_work = [
    ('stg_psa__projects', add_days(local_date('provisioned_at', "'UTC'"), -1)), ('stg_crm__contract_lines', 'signed_date'),
] -%}
-- Calendars reach back to what was signed or provisioned before any work; capacity begins with the work itself, or the
-- months before would have hours to give and none to sell.
-- a project is provisioned on a day of its entity, which west of Greenwich may be the one before
with reach as (
    {% for model, column in facts + before_work -%}
    select
        min({{ column }}) as first_day,
        max({{ column }}) as last_day,
        {{ 'min(' ~ column ~ ')' if (model, column) in facts else 'cast(null as date)' }} as first_work_day
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bounded as (
    -- one mistyped year must not make a calendar of a thousand years
    select
        greatest(
            coalesce(min(reach.first_day), max(build.build_date)),
            {{ oldest_day('max(build.build_date)') }}
        ) as first_day,
        greatest(
            coalesce(min(reach.first_work_day), max(build.build_date)),
            {{ oldest_day('max(build.build_date)') }}
        ) as first_work_day,
        least(
            greatest(coalesce(max(reach.last_day), max(build.build_date)), max(build.build_date)),
            {{ add_days('max(build.build_date)', 1827) }}
        ) as last_day
    from reach
    cross join {{ ref('int_build') }} as build
)

select
    {{ month_start('first_day') }} as first_month,
    {{ month_start('last_day') }} as last_month,
    {{ month_start('first_day') }} as first_day,
    {{ month_start('first_work_day') }} as first_work_day,
    last_day(last_day) as last_day
from bounded
