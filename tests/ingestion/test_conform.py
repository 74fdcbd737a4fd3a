"""Conforming is total and exact: every row comes out once, as exactly what it said, or with a reason."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.conform import Conformed, conform
from ingestion.storing import Context
from lake.contracts import ENTITIES
from lake.contracts.model import DECIMALS, Column, Entity, Kind
from lake.errors import BatchRefused
from lake.schemas import entity_schema

NOW = datetime(2026, 3, 8, tzinfo=UTC)
CONTEXT = Context("psa", "file.csv", "UTC", NOW, 7, NOW, "psa-7")
SAMPLE = Entity(
    name="sample",
    domain="test",
    owner="test",
    grain="one row a sample",
    key=("sample_id",),
    event_date="day",
    columns=(
        Column("sample_id", Kind.ID, "Its id.", required=True),
        Column("day", Kind.DATE, "Its day."),
        Column("at", Kind.TS, "Its moment."),
        Column("amount", Kind.MONEY, "Its amount."),
        Column("hours", Kind.HOURS, "Its hours."),
        Column("number", Kind.INT, "Its number."),
        Column("flag", Kind.BOOL, "Its flag."),
        Column("colour", Kind.ENUM, "Its colour.", values=("red", "green")),
        Column("kind", Kind.TEXT, "Its kind.", default="plain"),
    ),
)


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def _conform(column: str, *values: str | None, zone: str = "UTC") -> Conformed:
    rows = range(1, len(values) + 1)
    data = {"sample_id": [f"S{n}" for n in rows], column: list(values), "_row": list(rows)}
    frame = pl.DataFrame(data, schema_overrides={column: pl.String})
    return conform(frame, SAMPLE, replace(CONTEXT, time_zone=zone))


def _value(column: str, text: str, zone: str = "UTC") -> object:
    return _conform(column, text, zone=zone).accepted[column].to_list()[0]


def _rule(column: str, text: str, zone: str = "UTC") -> str:
    result = _conform(column, text, zone=zone)
    assert result.accepted.is_empty()
    return str(result.rejected["rule"][0])


@given(st.decimals(min_value="-9999999999999999.99", max_value="9999999999999999.99", places=2))
def test_every_amount_of_the_contract_lands_to_the_cent(amount: Decimal) -> None:
    assert _value("amount", f"{amount:f}") == amount


@given(st.decimals(min_value=-10_000, max_value=10_000, places=4))
def test_an_amount_lands_exactly_or_not_at_all(amount: Decimal) -> None:
    result = _conform("amount", f"{amount:f}")
    if amount == round(amount, 2):
        assert result.accepted["amount"][0] == amount
    else:
        assert result.rejected["rule"].to_list() == ["scale"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1e3", "number"),
        ("NaN", "number"),
        ("inf", "number"),
        ("1,50", "number"),
        (" 1", "number"),
        ("1 000", "number"),
        ("0x1", "number"),
        ("--1", "number"),
        ("1.005", "scale"),
        ("12345678901234567", "precision"),
        ("99999999999999999999999.99", "precision"),
        ("\u0661", "number"),
    ],
)
def test_what_is_no_plain_amount_is_refused_by_its_rule(text: str, rule: str) -> None:
    assert _rule("amount", text) == rule


@pytest.mark.parametrize("text", ["1.50", "+1.5", "01.5", "1.5000", "0001.50"])
def test_the_same_amount_may_be_written_in_several_ways(text: str) -> None:
    assert _value("amount", text) == Decimal("1.50")


@pytest.mark.parametrize("text", ["e9\0", "\0", "e\0009"])
def test_an_id_with_a_nul_is_refused(text: str) -> None:
    frame = pl.DataFrame({"sample_id": ["a", text], "kind": [text, text], "_row": [1, 2]})
    result = conform(frame, SAMPLE, CONTEXT)
    assert result.accepted.select("sample_id", "kind").rows() == [("a", text)]
    assert result.rejected.select("row", "column_name", "rule").rows() == [(2, "sample_id", "nul")]


@pytest.mark.parametrize("text", ["e\n9", "e\t9", "e9\x7f", "e9\x85"])
def test_an_id_of_several_lines_lands_as_it_is(text: str) -> None:
    assert _value("sample_id", text) == text


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_date_lands_as_itself(day: date) -> None:
    assert _value("day", day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-13-01", "02.03.2026", "2026-3-2", "20260302", "0205-01-01", "2026-03-02T09:00", "x"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert _rule("day", text) == "date"


@given(
    st.datetimes(min_value=_new_year(1970), max_value=_new_year(2100)),
    st.integers(-14, 14),
)
def test_a_timestamp_with_an_offset_lands_as_its_moment(moment: datetime, hours: int) -> None:
    text = f"{moment.isoformat()}{hours:+03d}:00"
    assert _value("at", text) == (moment - timedelta(hours=hours)).replace(tzinfo=UTC)


@settings(max_examples=60)
@given(st.datetimes(min_value=_new_year(2020), max_value=_new_year(2030)))
def test_a_bare_timestamp_is_read_in_the_feeds_time_zone(moment: datetime) -> None:
    zone = ZoneInfo("America/New_York")
    expected = moment.replace(tzinfo=zone, fold=0)
    exists = expected.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
    result = _conform("at", moment.isoformat(sep=" "), zone="America/New_York")
    assert result.accepted["at"].to_list() == ([expected.astimezone(UTC)] if exists else [])


def test_the_repeated_hour_is_the_earlier_one_and_the_skipped_hour_an_error() -> None:
    zone = "Europe/Berlin"
    assert _value("at", "2026-10-25 02:30:00", zone) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert _rule("at", "2026-03-29 02:30:00", zone) == "ts_skipped_hour"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:00:00Z",
        "2026-03-02 09:00:00",
        "2026-03-02T09:00",
        "2026-03-02 09:00:00.000 UTC",
        "2026-03-02T10:00:00+0100",
    ],
)
def test_one_column_may_mix_the_ways_to_write_a_moment(text: str) -> None:
    result = _conform("at", "2026-03-02T09:00:00Z", text)
    assert result.accepted["at"].to_list() == [datetime(2026, 3, 2, 9, tzinfo=UTC)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-03-02T25:00:00",
        "2026-03-02T09:00:00.1234567Z",
        "1772442000",
        "09:00",
        "2026-03-02T23:59:60Z",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert _rule("at", text) == "ts"


@pytest.mark.parametrize(
    ("column", "text"), [("flag", "maybe"), ("colour", "Red"), ("number", "1.0"), ("number", "9" * 19)]
)
def test_words_outside_the_contract_are_refused(column: str, text: str) -> None:
    assert _rule(column, text) in {"bool", "enum", "int"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_text_is_never_trimmed_or_altered(text: str) -> None:
    assert _value("kind", text) == text


def test_an_empty_cell_is_null_or_the_contracts_default() -> None:
    accepted = _conform("kind", "", None).accepted
    assert accepted["kind"].to_list() == ["plain", "plain"]
    assert accepted["amount"].to_list() == [None, None]
    assert accepted["is_deleted"].to_list() == [False, False]


def test_a_row_without_its_key_is_refused() -> None:
    result = conform(pl.DataFrame({"sample_id": ["", "S"], "_row": [1, 2]}), SAMPLE, CONTEXT)
    assert (result.rejected["rule"].to_list(), result.accepted.height) == (["required"], 1)


def test_a_file_without_the_key_column_is_refused_whole() -> None:
    with pytest.raises(BatchRefused, match="lacks the required column sample_id of sample"):
        conform(pl.DataFrame({"name": ["x"], "_row": [1]}), SAMPLE, CONTEXT)


def test_everything_wrong_with_a_row_stands_in_one_sentence() -> None:
    data = {"sample_id": ["S"], "amount": ["x"], "colour": ["blue"], "_row": [12]}
    reason = conform(pl.DataFrame(data), SAMPLE, CONTEXT).rejected["reason"][0]
    assert reason.startswith("file file.csv, row 12: amount 'x' is not a plain decimal number")
    assert "; colour 'blue' is not one of red, green" in reason


def test_the_fingerprint_tells_content_from_circumstance() -> None:
    first = _conform("amount", "1.5", "1.50", "2").accepted
    data = {"sample_id": ["S2"], "amount": ["1.5"], "updated_at": ["2020-01-01T00:00:00Z"], "_row": [9]}
    again = conform(pl.DataFrame(data), SAMPLE, replace(CONTEXT, batch_id=8)).accepted
    assert first["_row_hash"].n_unique() == 3
    assert again["_row_hash"][0] == first["_row_hash"][1]


_CELLS = st.one_of(
    st.none(),
    st.text(alphabet=string.printable, max_size=12),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(["true", "red", "", "0", "-1.5", "2026-03-29 02:30:00"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries({c.name: _CELLS for c in SAMPLE.columns}), max_size=12))
def test_every_row_comes_out_exactly_once_whatever_its_cells(rows: list[dict[str, str | None]]) -> None:
    schema = {c.name: pl.String for c in SAMPLE.columns} | {"_row": pl.Int64}
    numbered = [row | {"_row": n} for n, row in enumerate(rows)]
    result = conform(pl.DataFrame(numbered, schema=schema), SAMPLE, replace(CONTEXT, time_zone="Europe/Berlin"))
    out = [*result.accepted["_row"], *result.rejected["row"]]
    assert sorted(out) == list(range(len(rows)))
    assert result.accepted.schema == pl.Schema(entity_schema(SAMPLE))
    assert result.rejected["reason"].null_count() == 0
    said = dict(enumerate(rows))
    for landed in result.accepted.to_dicts():
        for name in ("sample_id", "colour"):
            assert landed[name] == (said[landed["_row"]][name] or None)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda e: e.name)
def test_every_entity_of_the_contracts_takes_a_row_that_says_what_it_must(entity: Entity) -> None:
    def example(column: Column) -> str:
        if column.kind in DECIMALS or column.kind is Kind.INT:
            return "1"
        fixed = {Kind.DATE: "2026-03-02", Kind.TS: "2026-03-02T09:00:00Z", Kind.BOOL: "true"}
        return fixed.get(column.kind, column.values[0] if column.values else "x")

    data = {c.name: [example(c)] for c in entity.columns if c.required or c.name in entity.key}
    result = conform(pl.DataFrame(data | {"_row": [1]}), entity, CONTEXT)
    assert result.rejected.is_empty()
    assert result.accepted.schema == pl.Schema(entity_schema(entity))


@pytest.mark.parametrize(
    ("model", "amount", "is_deleted", "landed"),
    [
        ("time_and_materials", "", "", 1),  # no cap
        ("fixed_fee", "100.00", "", 1),
        ("fixed_fee", "", "", 0),
        ("subscription", "", "", 0),
        ("fixed_fee", "", "true", 1),
    ],
)
def test_only_time_and_materials_may_be_without_an_amount(
    model: str, amount: str, is_deleted: str, landed: int
) -> None:
    line = {
        "contract_line_id": "L", "amendment_no": "1", "contract_id": "C", "billing_model": model, "amount": amount,
        "start_date": "2026-01-01", "signed_date": "2026-01-01", "is_deleted": is_deleted,
    }  # fmt: skip
    done = conform(pl.DataFrame([{**line, "_row": 1}]), ENTITIES["contract_line"], CONTEXT)
    assert (done.accepted.height, done.rejected.height) == (landed, 1 - landed)
    if not landed:
        assert done.rejected["rule"].to_list() == ["required_unless_time_and_materials"]
        why = "row 1: amount is empty, and only a row whose billing_model is time_and_materials may leave it out"
        assert done.rejected["reason"].to_list() == [f"file file.csv, {why}"]
