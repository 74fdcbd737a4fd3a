{%- set open_rows = ref('int_recon_open_rows') -%}
{%- set messages = source('lake', 'integration_message') -%}
{%- set holds = ref('int_recon_holds') -%}
{%- set reductions = ref('int_revenue_reductions') -%}
{%- set references = ref('int_reference_changes') -%}
{%- set scope = ref('stg_lake__build_scope') -%}
{%- set build = ref('int_build') -%}
{%- set accrual_ends = ref('int_recon_accrual_ends') -%}
{%- set pools = ref('int_recon_pools') -%}
{%- set moved = moved_books() -%}
{%- set new_ids = new_batches() -%}
{%- set facts = adapter.get_relation(this.database, this.schema, 'int_recon_item_facts') -%}
{%- set landed = [
    ('time_entry', source('lake', 'time_entry'), 'time_entry_id'),
    ('expense', source('lake', 'expense'), 'expense_id'),
    ('vendor_bill', source('lake', 'vendor_bill_line'), 'bill_line_id'),
    ('milestone', source('lake', 'milestone'), 'milestone_id'),
    ('billing_event', source('lake', 'billing_event'), 'billing_event_id'),
    ('revenue_schedule', source('lake', 'revenue_schedule_line'), 'schedule_line_id'),
    ('invoice', source('lake', 'invoice_line'), 'invoice_line_id'),
] -%}
-- The open groups that something other than their own rows may have changed: the state of their origin, the newest
-- message about it, a hold, a write-down, a rate, a deadline. What a rate makes of a single row of which nothing is posted
-- needs no explanation (see int_recon_item_facts), and of a pool only its own (see int_recon_scope).
{% if build_is_increment() %}
with landed as (
{%- for origin_type, entity, key in landed %}
    select
        '{{ origin_type }}' as origin_type,
        source_system as origin_system,
        {{ key }} as origin_id
    from {{ entity }}
    where _batch_id in ({{ new_ids }})

    union
{%- endfor %}
    select
        origin_type,
        coalesce(origin_system, source_name),
        origin_id
    from {{ messages }}
    where _batch_id in ({{ new_ids }})
    union
    select
        origin_type,
        origin_system,
        origin_id
    from {{ changes_of('int_revenue_reductions') }}
    union
    select
        origin_type,
        origin_system,
        origin_id
    from {{ changes_of('int_recon_holds') }}
)

select open_rows.match_key
from {{ open_rows }} as open_rows
inner join landed
    on
        open_rows.origin_type = landed.origin_type
        and open_rows.origin_system = landed.origin_system
        and open_rows.origin_id = landed.origin_id
union
select open_rows.match_key
from {{ open_rows }} as open_rows
inner join landed
    on
        open_rows.match_origin_type = landed.origin_type
        and open_rows.match_origin_system = landed.origin_system
        and open_rows.match_origin_id = landed.origin_id
union
-- a schedule holds back a contract line and period
select match_key
from {{ open_rows }}
where (contract_line_key, period_id) in (select origin_id, period_id from {{ changes_of('int_recon_holds') }})
union
select match_key
from {{ open_rows }}
where
    (legal_entity_key, period_id) in (
        select find_1, find_2 from {{ references }}
        where model = 'int_periods'
    )
    or (counterparty_entity_key, period_id) in (
        select find_1, find_2 from {{ references }}
        where model = 'int_periods'
    )
    or legal_entity_key in (
        select find_1 from {{ references }}
        where model = 'int_legal_entities'
    )
union
select match_key
from {{ open_rows }}
where
    (legal_entity_key, period_id) in ({{ moved }})
    and not {{ recon_stands_alone() }}
    and ledger_id not in (select ledger_id from {{ pools }})
union
-- a row that others reverse stands not alone
select match_key
from {{ open_rows }}
where
    (legal_entity_key, period_id) in ({{ moved }})
    and basis = 'operational'
    and {{ recon_record('source_id') }} in (
        select {{ recon_record('reverses_id') }} from {{ open_rows }}
        where basis = 'operational' and reverses_id is not null
    )
union
-- cents that a rate closes
select match_key
from {{ facts }}
where
    not is_single
    and match_level <> 'pool'
    and (legal_entity_key, period_id, functional_currency) in (
        select find_1, find_2, find_3 from {{ references }}
        where model = 'int_fx_period'
    )
union
-- the time to post has run out; a leg that waits carries no time of its own
select facts.match_key
from {{ facts }} as facts
cross join {{ build }} as build
cross join {{ scope }} as scope
where
    (facts.due_at >= scope.last_build_time and facts.due_at < build.build_time)
    or (facts.category = 'awaiting_posting' and facts.due_at is null)
union
-- the time in which an accrual may stand has run out, or the periods that set it have changed
select facts.match_key
from {{ facts }} as facts
inner join {{ accrual_ends }} as periods
    on
        facts.legal_entity_key = periods.legal_entity_key
        and facts.period_id = periods.period_id
cross join {{ build }} as build
cross join {{ scope }} as scope
where
    facts.category in ('accrual', 'accrual_not_reversed')
    and (
        (
            periods.accrual_ends_on >= {{ local_date('scope.last_build_time', 'periods.time_zone') }}
            and periods.accrual_ends_on < {{ local_date('build.build_time', 'periods.time_zone') }}
        )
        or facts.legal_entity_key in (
            select find_1 from {{ references }}
            where model in ('int_periods', 'int_legal_entities')
        )
    )
{%- else %}
select match_key
from {{ open_rows }}
where false
{%- endif %}
