"""The roll-forward of unbilled work against the ERP's own balances."""

from __future__ import annotations

from decimal import Decimal

from lake.catalogue import connect
from lake.store import Lake
from tests.firm import Firm

#: Credit notes that were issued and that no line of the ledger names: the simulator posts none for them.
FORGOTTEN = """
select 'erp:' || note.legal_entity_id, strftime(note.invoice_date, '%Y-%m'), sum(line.functional_amount)
from lake.invoice as note
join lake.invoice_line as line using (invoice_id)
where note.document_type = 'credit_note' and note.status = 'issued'
    and note.invoice_id not in (select description from lake.gl_line where description is not null)
group by all
"""


def test_the_posted_roll_forward_moves_as_the_balances_do_but_for_what_the_ledger_never_heard_of(firm: Firm) -> None:
    with connect(Lake(str(firm.lake_root)), firm.mart) as connection:
        forgotten = {(entity, period): amount for entity, period, amount in connection.execute(FORGOTTEN).fetchall()}
        cells = connection.execute(
            "select legal_entity_key, period_id, movement_difference, is_tied from mart.fct_wip_tie_out"
        ).fetchall()
    assert len(cells) == 12
    for entity, period, difference, is_tied in cells:
        assert difference == -forgotten.get((entity, period), Decimal(0)), (entity, period)
        assert is_tied == (difference == 0)
    assert sum(1 for cell in cells if cell[3]) > len(cells) / 2
