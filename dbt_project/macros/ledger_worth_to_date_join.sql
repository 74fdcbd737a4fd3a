{# As ledger_worth_join, for a balance: it stands on the ledgers of all periods up to its own. #}
{% macro ledger_worth_to_date_join(rows, ledgers='ledgers') %}
    left join {{ ref('int_ledger_worth_to_date') }} as {{ ledgers }}
        on
            {{ rows }}.legal_entity_key = {{ ledgers }}.legal_entity_key
            and {{ rows }}.period_id = {{ ledgers }}.period_id
{%- endmacro %}
