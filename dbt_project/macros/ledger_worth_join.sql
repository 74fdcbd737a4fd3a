{# Joins what the ledger of a row's books and period is worth, see ledger_worth; of a balance `to_date`, the ledgers up to it. #}
{% macro ledger_worth_join(rows, ledgers='ledgers', to_date=false) %}
    left join {{ ref('int_ledger_worth_to_date') if to_date else ref('gl_completeness') }} as {{ ledgers }}
        on
            {{ rows }}.legal_entity_key = {{ ledgers }}.legal_entity_key
            and {{ rows }}.period_id = {{ ledgers }}.period_id
{%- endmacro %}
