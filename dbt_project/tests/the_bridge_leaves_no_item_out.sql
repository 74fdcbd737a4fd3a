-- An item in a cell that the ledger does not have would close no bridge: none may exist.
select
    bridge.flow,
    bridge.legal_entity_key,
    bridge.project_key,
    bridge.period_id
from {{ ref('recon_bridge') }} as bridge
left join {{ ref('recon_bridge_total') }} as totals
    on
        bridge.flow = totals.flow
        and bridge.legal_entity_key = totals.legal_entity_key
        and bridge.project_key = totals.project_key
        and bridge.period_id = totals.period_id
where totals.flow is null
