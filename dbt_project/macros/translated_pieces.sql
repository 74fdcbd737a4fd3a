{#
  Pieces of revenue or billing with their periods and their amounts in functional and group currency. A piece
  with a given period keeps it; the others take the one of their day or, first known after that period had
  closed, the next one that was open then. `rate_date` names the column of the functional rate's day.
#}
{% macro translated_pieces(pieces, rate_date='transaction_date') -%}
    select
        placed.*,
        'line' as origin_level,
        placed.source_system as origin_system,
        placed.origin_id as source_id,
        placed.hours as billable_hours,
        placed.status as source_status,
        placed.amount as amount_transaction,
        {{ translate('placed.amount_functional', 'group_rates.average_rate') }} as amount_group,
        coalesce(group_rates.is_provisional, false) as is_group_rate_provisional
    from (
        select
            pieces.*,
            coalesce(entities.region, 'none') as region,
            entities.functional_currency,
            coalesce(pieces.given_period_id, work_periods.period_id, 'none') as work_period_id,
            coalesce(pieces.given_period_id, {{ shifted_period('work_periods', 'shifts') }}) as period_id,
            {{ translate('pieces.amount', fx_rate('fx', 'pieces.currency', 'entities.functional_currency')) }}
                as amount_functional
        from {{ pieces }} as pieces
        left join {{ ref('int_legal_entities') }} as entities
            on pieces.legal_entity_key = entities.legal_entity_key
        {{ work_period_join('work_periods', 'pieces.legal_entity_key', 'pieces.transaction_date') }}
        {{ period_shift_join('shifts', 'work_periods', 'pieces.legal_entity_key', 'pieces.first_known_at') }}
        {{ fx_join('fx', 'pieces.currency', 'entities.functional_currency', 'pieces.' ~ rate_date) }}
    ) as placed
    {{ group_rate_join('group_rates', 'placed.legal_entity_key', 'placed.period_id', 'placed.functional_currency') }}
{%- endmacro %}
