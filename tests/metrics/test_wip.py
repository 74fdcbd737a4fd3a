"""The roll-forward of unbilled work against the ERP's own balances."""

from __future__ import annotations

from decimal import Decimal

from lake.catalogue import connect
from lake.store import Lake
from tests.firm import Firm

#: Credit notes, net, and the lines of the ledger that name them.
CREDITED = """
select note.invoice_id, sum(line.functional_amount) as credited,
       (select list(gl.functional_amount) from lake.gl_line as gl where gl.description = note.invoice_id) as posted
from lake.invoice as note
join lake.invoice_line as line using (invoice_id)
where note.document_type = 'credit_note' and note.status = 'issued'
group by note.invoice_id
"""


def test_the_posted_roll_forward_moves_as_the_balances_do(firm: Firm) -> None:
    with connect(Lake(str(firm.lake_root)), firm.mart) as connection:
        cells = connection.execute(
            "select legal_entity_key, period_id, movement_difference, is_tied from mart.fct_wip_tie_out"
        ).fetchall()
        notes = connection.execute(CREDITED).fetchall()
    assert len(cells) == 16  # four entities, four months
    for entity, period, difference, is_tied in cells:
        assert (difference, is_tied) == (Decimal(0), True), (entity, period)
    # the firm has credit notes, and the ledger names each
    assert notes
    for note, credited, posted in notes:
        assert -credited in (posted or []), note
