"""Headers as people and tools write them: what is unambiguous is read, and what is not says what was seen."""

from __future__ import annotations

import pytest

from ingestion import resubmit
from lake.errors import BatchRefused
from tests.ingestion.conftest import CONSERVED, Drop

ROWS = ("customer_id,name", "C1,Acme", 'C2,"Bolt, Inc"')
LANDED = [("C1", "Acme", 1), ("C2", "Bolt, Inc", 2)]
SHOWN = "select customer_id, name, _row from lake.customer order by 1"


def _semicolons(text: str) -> str:
    return text.replace('"Bolt, Inc"', "Bolt@ Inc").replace(",", ";").replace("@", ",")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ROWS),
        _semicolons("\n".join(ROWS)).replace(";", "\t"),
        _semicolons("\n".join(ROWS)),
        _semicolons("\n".join(ROWS)).replace(";", "|"),
        "sep=;\n" + _semicolons("\n".join(ROWS)),
        '\ufeff"sep=;"\r\n' + _semicolons("\r\n".join(ROWS)),
        "\n\n" + "\n".join(ROWS),
        "\ufeff\r\nsep=,\r\n" + "\r\n".join(ROWS),
        "\n".join(ROWS).replace("customer_id,name", "Customer ID,NAME"),
        "\n".join(ROWS).replace("customer_id,name", " Customer-Id , Name"),
    ],
)
@pytest.mark.parametrize("ragged", [False, True])
def test_a_header_that_can_mean_one_thing_only_is_read(drop: Drop, text: str, *, ragged: bool) -> None:
    drop.write("customer.csv", text + ("\nC3\n" if ragged else "\n"))
    done = drop.ingest()
    assert (done.counts.landed, done.counts.quarantined) == (2, int(ragged))
    assert drop.rows(SHOWN) == LANDED
    assert drop.rows("select count(*) from lake.customer where _extra is not null") == [(0,)]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("customer_id:name\nC1:Acme\n", "the file has 1 column: 'customer_id:name'"),
        ("customer_id;name|x\nC1;Acme|1\n", "the file has 1 column: 'customer_id;name|x'"),
        ("customer_id;name\nC1\n", "the file has 1 column: 'customer_id;name'"),
        ("Customer,Name\nC1,Acme\n", "the file has 2 columns: 'Customer', 'name'"),
        ("Customer_ID,customer id,name\nC1,C1,Acme\n", "the file has 3 columns: 'Customer_ID', 'customer id', 'name'"),
    ],
)
def test_a_header_that_is_not_is_refused_with_what_was_seen(drop: Drop, text: str, seen: str) -> None:
    drop.write("customer.csv", text)
    with pytest.raises(BatchRefused, match="lacks the required column") as told:
        drop.ingest()
    assert str(told.value).endswith(f"map them in the adapter (key feeds.system); {seen}")


@pytest.mark.parametrize("ragged", ["", "C3\n"])
def test_a_header_among_the_rows_is_no_record(snapshots: Drop, ragged: str) -> None:
    snapshots.write("customer.csv", "\n".join(ROWS[:2]) + f"\n{ragged}{ROWS[0]}\n{ROWS[2]}\n")
    done = snapshots.ingest()
    assert (done.counts.landed, done.counts.quarantined) == (2, 1 + bool(ragged))
    held = snapshots.rows("select row, rule, reason, raw from lake.quarantine where rule = 'repeated_header'")
    row = 3 if ragged else 2
    assert held == [
        (
            row,
            "repeated_header",
            (
                f"file customer.csv, row {row}: the record is the header once more, as where files were put together: "
                "take the line out"
            ),
            "customer_id,name",
        )
    ]
    assert snapshots.rows(CONSERVED) == [(0,)]
    if not ragged:
        snapshots.write("customer.csv", f"{ROWS[0]}\n{ROWS[1]}\n{ROWS[0]}\nC4,Dune\n")
        snapshots.options = {"mode": "snapshot", "max_delete_share": 1.0}
        done = snapshots.ingest()
        assert done.tombstones + done.held_back == 1, "a header among the rows keeps no deletion from being found"
        proposal = {"file": "customer.csv", "row": 2, "actor": "ann", "reason": "whole", "batch": 2}
        whole = {"customer_id": "C5", "name": "Elm"}
        resubmit.approve(snapshots.lake, resubmit.propose(snapshots.lake, **proposal, changes=whole), approver="bob")
        assert snapshots.ingest().counts.landed == 1
