with lines as (
    select * from {{ ref('stg_erp__gl_lines') }}
),

classes as (
    select * from {{ ref('int_account_classes') }}
)

select
    lines.*,
    classes.account_class,
    classes.class_flow,
    coalesce(classes.is_profit_and_loss, false) as is_profit_and_loss
from lines
left join classes
    on
        lines.source_system = classes.source_system
        and lines.account_id = classes.account_id
where
    not lines.is_deleted
    and lines.ledger_id = 'primary'
    and not coalesce(classes.is_statistical, false)
