{# Which messages carry a ledger row to the books, by its flow: `carries` of int_recon_messages. #}
{% macro carried_as(flow) -%}
    case when {{ flow }} in ('revenue', 'loss_provision', 'billing') then 'revenue' else 'cost' end
{%- endmacro %}
