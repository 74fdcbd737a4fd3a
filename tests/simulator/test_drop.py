from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from lake.contracts import ENTITIES
from lake.contracts.model import DECIMALS, Kind
from simulator import simulate
from simulator.drop import FEED_OF, Drop

from .books import Books

PATTERN = {
    Kind.DATE: r"\d{4}-\d\d-\d\d",
    Kind.TS: r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    Kind.BOOL: "true|false",
    Kind.INT: r"-?\d+",
}


def raw(root: Path, name: str) -> pl.DataFrame:
    folder = root / FEED_OF[name]
    files = sorted([*folder.glob(f"{name}.csv"), *folder.glob(f"{name}/*.csv")])
    return pl.concat([pl.read_csv(f, infer_schema=False) for f in files], how="diagonal")


def prints(root: Path) -> dict[str, str]:
    return {
        str(f.relative_to(root)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(root.rglob("*"))
        if f.is_file()
    }


@pytest.mark.parametrize("name", ENTITIES)
def test_every_entity_keeps_its_contract(drop: Path, name: str) -> None:
    frame, entity = raw(drop, name), ENTITIES[name]
    assert frame.height > 0
    for column in entity.columns:
        if column.name not in frame.columns:
            assert not column.required, f"{name}.{column.name} is required"
            continue
        values = frame[column.name].drop_nulls()
        assert not column.required or len(values) == frame.height, f"{name}.{column.name} is empty somewhere"
        if column.values:
            assert set(values.unique()) <= set(column.values), f"{name}.{column.name}"
        if column.kind in DECIMALS:
            scale = DECIMALS[column.kind][1]
            wrong = values.filter(~values.str.contains(rf"^-?\d+(\.\d{{1,{scale}}})?$"))
            assert wrong.is_empty(), f"{name}.{column.name}: {wrong.head(3).to_list()}"
        elif column.kind in PATTERN:
            wrong = values.filter(~values.str.contains(f"^({PATTERN[column.kind]})$"))
            assert wrong.is_empty(), f"{name}.{column.name}: {wrong.head(3).to_list()}"


@pytest.mark.parametrize("name", ENTITIES)
def test_every_version_of_a_key_comes_once(drop: Path, name: str) -> None:
    frame = raw(drop, name)
    keys = [*ENTITIES[name].key, "updated_at"]
    assert frame.select(keys).is_duplicated().sum() == 0
    assert frame["updated_at"].null_count() == 0
    assert frame["updated_at"].max() <= "2026-10-30T22:00:00Z"  # type: ignore[operator]


@pytest.mark.parametrize("name", ENTITIES)
def test_references_lead_to_records_that_exist(books: Books, name: str) -> None:
    frame = books(name)
    for column in ENTITIES[name].columns:
        target = column.refers_to
        if target is None or column.name not in frame.columns or len(ENTITIES[target].key) > 1 or name == "expense":
            continue
        known = set(books(target)[ENTITIES[target].key[0]].to_list())
        if target in {"customer", "employee"}:
            known |= set(books("xref")["source_id"].to_list())
        strange = set(frame[column.name].drop_nulls().to_list()) - known
        # PX9001 is a project that the PSA never had; managers stand outside the staff list.
        strange = {s for s in strange if s != "PX9001" and not re.match(r"M-[A-Z]{2}\d\d$", s)}
        assert not strange, f"{name}.{column.name}: {sorted(strange)[:3]}"


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate(tmp_path / name, consultants=30, months=3, seed=11)
    assert prints(tmp_path / "one") == prints(tmp_path / "two")


def test_another_seed_writes_another_firm(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), consultants=30, months=3, seed=seed)
    first, second = prints(tmp_path / "1"), prints(tmp_path / "2")
    assert first["psa/time_entry/202610.csv"] != second["psa/time_entry/202610.csv"]


def test_two_drops_add_up_to_one(tmp_path: Path) -> None:
    simulate(tmp_path / "whole", consultants=30, months=3)
    simulate(tmp_path / "first", consultants=30, months=3, last_day_to=tmp_path / "second")
    for name in ("time_entry", "gl_line", "posting_link", "gl_balance", "integration_message", "expense"):
        rows = pl.concat([raw(tmp_path / "first", name), raw(tmp_path / "second", name)], how="diagonal")
        newest = rows.sort("updated_at").unique(ENTITIES[name].key, keep="last").sort(ENTITIES[name].key)
        whole = raw(tmp_path / "whole", name).sort("updated_at").unique(ENTITIES[name].key, keep="last")
        assert newest.equals(whole.sort(ENTITIES[name].key).select(newest.columns)), name
    late = raw(tmp_path / "second", "time_entry")
    assert late.height > 0
    assert late["updated_at"].min() >= "2026-10-30"  # type: ignore[operator]
    assert raw(tmp_path / "first", "time_entry")["updated_at"].max() < "2026-10-30"  # type: ignore[operator]


def test_what_lands_late_is_a_few_entries_of_every_closed_month_and_is_missing_from_nothing(tmp_path: Path) -> None:
    simulate(tmp_path / "whole", consultants=30, months=4)
    simulate(tmp_path / "first", consultants=30, months=4, late_to=tmp_path / "late")
    late = raw(tmp_path / "late", "time_entry")
    rows = pl.concat([raw(tmp_path / "first", "time_entry"), late])
    keys = ["time_entry_id", "updated_at"]
    assert rows.sort(keys).equals(raw(tmp_path / "whole", "time_entry").sort(keys))
    told = pl.read_csv(tmp_path / "first" / "_truth" / "late_landing.csv", infer_schema=False)
    assert sorted(told["subject"]) == sorted(late["time_entry_id"].unique())
    assert told.group_by("period_id").len().sort("period_id").rows() == [(f"2026-0{month}", 4) for month in (7, 8, 9)]
    assert prints(tmp_path / "late").keys() == {f"psa/time_entry/20260{month}.csv" for month in (7, 8, 9)}
    for name in ("recon_item", "control_exception"):
        file = f"_truth/{name}.csv"
        assert prints(tmp_path / "first")[file] == prints(tmp_path / "whole")[file]


def test_the_firm_ends_on_the_day_asked_for(tmp_path: Path) -> None:
    summary = simulate(tmp_path, consultants=30, months=3, until=date(2026, 6, 30))
    assert summary.build_time.date() == date(2026, 6, 30)
    assert raw(tmp_path, "accounting_period")["period_id"].unique().sort().to_list() == [
        "2026-04",
        "2026-05",
        "2026-06",
    ]


@pytest.mark.parametrize("cents", [9_007_199_254_740_993, -9_007_199_254_740_993, -5, 0])
def test_every_cent_is_written(tmp_path: Path, cents: int) -> None:
    frame = pl.DataFrame({"time_entry_id": ["T1"], "hours": [cents], "updated_at": [0]})
    Drop(tmp_path, last_day=None, boundary=0).write("time_entry", frame)
    text = raw(tmp_path, "time_entry")["hours"].item()
    assert re.fullmatch(r"-?\d+\.\d\d", text)
    assert Decimal(text) * 100 == cents
