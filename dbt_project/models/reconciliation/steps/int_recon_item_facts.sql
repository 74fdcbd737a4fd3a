{%- set single_group = translate('kept.operational_functional', 'rates.average_rate') -%}
{{ config(
    materialized='keyed', key=['match_key'], touched='int_recon_scope', moved_where='is_single',
    moves={'operational_group': single_group, 'difference_group': single_group}
) }}
-- depends_on: {{ ref('stg_lake__build_scope') }}
-- depends_on: {{ ref('int_recon_scope') }}

-- Each break with what it is about: both sides of its group, its own cell, origin, ages, newest message. A single row of
-- which nothing is posted differs by itself: most of what a running period's rate moves every day, see move_by_rate.

with cuts as (

    select * from {{ ref('int_recon_cuts') }}

),

compared as (

    select * from {{ ref('int_recon_compared') }}

),

group_lines as (

    select * from {{ ref('int_recon_group_lines') }}

),

unposted as (

    select match_key, due_at, hold_reason from {{ ref('int_recon_unposted') }}

),

messages as (

    select * from {{ ref('int_recon_messages') }}

),

duplicates as (

    select
        matched.ledger_id,
        matched.currency,
        coalesce(matched.gl_line_id, matched.invoice_line_id) as gl_line_id
    from {{ ref('int_recon_matched') }} as matched
    inner join {{ ref('int_recon_duplicates') }} as repeated on matched.ledger_id = repeated.ledger_id

)

select
    -- reasons why nothing is posted follow one another in time: they keep one item, and its acceptance
    md5(
        cuts.match_key || '|' || cuts.leg || '|' || cuts.legal_entity_key || '|' || cuts.project_key || '|'
        || cuts.period_id || '|'
        || case
            when cuts.category in (
                'unapproved', 'unmapped', 'unbilled_vendor_accrual', 'integration_failed', 'on_hold', 'overdue',
                'awaiting_posting', 'not_billed', 'not_recognized', 'reversal_not_posted'
            ) and cuts.leg in ('home', 'unpriced') then 'not_posted'
            when cuts.category = 'accrual_not_reversed' then 'accrual'
            else cuts.category
        end
    ) as item_id,
    cuts.*,
    compared.flow,
    compared.contract_line_key,
    compared.customer_key,
    compared.worker_key,
    compared.counterparty_entity_key,
    compared.home_legal_entity_key as operational_legal_entity_key,
    compared.posted_legal_entity_key,
    compared.home_project_key as operational_project_key,
    compared.posted_project_key,
    compared.work_period_id,
    compared.home_period_id as operational_period_id,
    compared.posted_period_id,
    coalesce(duplicates.currency, compared.currency) as currency,
    compared.functional_currency,
    compared.is_two_currencies and duplicates.ledger_id is null as is_two_currencies,
    case when compared.is_two_currencies or compared.lacks_transaction then null else compared.operational_transaction end
        as operational_transaction,
    case when compared.lacks_functional then null else compared.operational_functional end as operational_functional,
    case when compared.lacks_group then null else compared.operational_group end as operational_group,
    case when not compared.is_two_currencies then compared.posted_transaction end as posted_transaction,
    compared.posted_functional,
    compared.posted_group,
    compared.operational_hours,
    compared.posted_hours,
    compared.compared_as = 'unposted' and compared.operational_count = 1 and compared.posted_count = 0 as is_single,
    case
        when compared.compared_as = 'pool' then 'pool'
        when compared.posted_count = 0 then 'none'
        when compared.match_kind = 'term' then 'contract_line_period'
        when compared.compared_as = 'leg' then 'intercompany'
        when group_lines.is_linked then 'link'
        when compared.operational_count = 0 then 'none'
        else 'line'
    end as match_level,
    coalesce(compared.match_origin_type, compared.origin_type) as origin_type,
    coalesce(compared.match_origin_system, compared.origin_system) as origin_system,
    coalesce(compared.match_origin_id, compared.origin_id) as origin_id,
    coalesce(duplicates.gl_line_id, group_lines.gl_line_ids) as gl_line_ids,
    messages.correlation_id,
    case when messages.is_failed then coalesce(messages.error_message, messages.error_code) end as integration_error,
    unposted.hold_reason,
    compared.source_status,
    compared.approved_at,
    compared.first_posted_at,
    unposted.due_at
from cuts
inner join compared on cuts.match_key = compared.match_key
left join duplicates on cuts.leg = 'line|' || duplicates.ledger_id
left join group_lines on cuts.match_key = group_lines.match_key
left join unposted on cuts.match_key = unposted.match_key
left join messages
    on
        {{ carried_as('compared.flow') }} = messages.carries
        and compared.origin_type = messages.origin_type
        and compared.origin_system = messages.origin_system
        and compared.origin_id = messages.origin_id
