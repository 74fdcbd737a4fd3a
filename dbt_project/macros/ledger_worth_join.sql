{# Joins what the ledger of a row's books and period is worth, see ledger_worth. #}
{% macro ledger_worth_join(rows) %}
    left join {{ ref('gl_completeness') }} as ledgers
        on
            {{ rows }}.legal_entity_key = ledgers.legal_entity_key
            and {{ rows }}.period_id = ledgers.period_id
{%- endmacro %}
