"""A file's columns may be called anything: the name is never a pattern, and never a fault of ours."""

from __future__ import annotations

import io
import json

import fastexcel
import polars as pl
import pytest

from ingestion import landing
from lake.batches import BatchLog
from lake.errors import BatchRefused
from tests.ingestion.conftest import CONSERVED, Drop, entry

#: Names that Polars takes for patterns over columns, or that mean something elsewhere.
NAMES = ["*", "^hours$", "^.*$", "^a.b$", "^a.c$", '"x"', "hours; drop table x", "a.*", "ünï", "$.a", "__index__"]
ROW = entry(1) | dict.fromkeys(NAMES, "kept") | {"^.*$": ""}


def _xlsx() -> bytes:
    out = io.BytesIO()
    pl.DataFrame([ROW]).write_excel(out)
    assert fastexcel.read_excel(out.getvalue()).sheet_names == ["Sheet1"]
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame([ROW]).write_parquet(out)
    return out.getvalue()


FILES = {
    "time_entry.csv": lambda: pl.DataFrame([ROW]).write_csv().encode(),
    "time_entry.ndjson": lambda: json.dumps(ROW).encode(),
    "time_entry.json": lambda: json.dumps([ROW]).encode(),
    "time_entry.parquet": _parquet,
    "time_entry.xlsx": _xlsx,
}


@pytest.mark.parametrize("name", FILES)
def test_a_column_called_like_a_pattern_lands_under_its_own_name(drop: Drop, name: str) -> None:
    drop.write(name, FILES[name]())
    assert drop.ingest().counts.landed == 1
    extra, drift = drop.rows("select t._extra, f.drift from lake.time_entry t, lake.batch_files f")[0]
    assert json.loads(extra) == dict.fromkeys(NAMES, "kept") | {"^.*$": None}
    assert sorted(json.loads(drift)) == sorted(NAMES)


@pytest.mark.parametrize("fault", [ValueError("odd"), pl.exceptions.PanicException("odd"), MemoryError()])
def test_whatever_a_file_raises_is_one_sentence_and_a_closed_batch(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    drop.put("customer.csv", [{"customer_id": "C1", "name": "One"}])
    drop.put("time_entry.csv", [entry(1)])
    conform = landing.conform

    def fails(frame: pl.DataFrame, *given: object) -> object:
        if "time_entry_id" in frame.columns:
            raise fault
        return conform(frame, *given)  # type: ignore[arg-type]

    monkeypatch.setattr("ingestion.landing.conform", fails)
    with pytest.raises(BatchRefused, match=r"file time_entry\.csv (cannot be ingested|does not fit)") as said:
        drop.ingest()
    assert "\n" not in str(said.value)
    assert BatchLog(drop.lake, drop.name, "delta").unfinished() == []
    assert drop.rows("select (select count(*) from lake.customer), (select count(*) from lake.batch_files)") == [(0, 0)]
    monkeypatch.undo()
    assert drop.ingest().counts.landed == 2
    assert drop.rows(CONSERVED) == [(0,)]
