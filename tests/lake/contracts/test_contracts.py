"""The contracts hold together, and say what the specification says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from lake.contracts import ENTITIES, entity
from lake.contracts.describe import describe, index
from lake.contracts.envelope import AUDIT, ENVELOPE
from lake.contracts.model import DECIMALS, Column, Entity, Kind, Sensitivity

COLUMNS = [(e, c) for e in ENTITIES.values() for c in e.columns]
every_entity = pytest.mark.parametrize("contract", ENTITIES.values(), ids=lambda e: e.name)


def parses(column: Column, text: str) -> bool:
    """Say whether `text` is a value of the column's kind, read strictly."""
    if column.kind in DECIMALS:
        precision, scale = DECIMALS[column.kind]
        value = Decimal(text)
        exponent = value.as_tuple().exponent
        return isinstance(exponent, int) and -exponent <= scale and abs(value) < 10 ** (precision - scale)
    readers: dict[Kind, Callable[[str], object]] = {
        Kind.INT: int,
        Kind.DATE: date.fromisoformat,
        Kind.TS: datetime.fromisoformat,
        Kind.BOOL: ("true", "false").index,
        Kind.ENUM: column.values.index,
    }
    readers.get(column.kind, str)(text)
    return bool(text)


def test_the_specification_is_declared_in_full() -> None:
    assert len(ENTITIES) == 43
    by_domain: dict[str, int] = {}
    for e in ENTITIES.values():
        by_domain[e.domain] = by_domain.get(e.domain, 0) + 1
    assert by_domain == {
        "hcm": 5,
        "crm": 5,
        "psa": 8,
        "expense": 1,
        "procurement": 4,
        "erp": 9,
        "billing": 8,
        "integration": 1,
        "governance": 2,
    }


@pytest.mark.parametrize(
    ("name", "columns", "key"),
    [
        ("employee_cost_rate", 6, ("employee_id", "valid_from", "rate_basis")),
        ("contract_line", 15, ("contract_line_id", "amendment_no")),
        ("time_entry", 21, ("time_entry_id",)),
        ("vendor_bill_source", 4, ("bill_line_id", "origin_system", "time_entry_id")),
        ("gl_line", 25, ("gl_line_id",)),
        ("posting_link", 7, ("gl_line_id", "origin_type", "origin_system", "origin_id")),
        ("gl_balance", 7, ("legal_entity_id", "period_id", "account_id")),
        ("integration_message", 19, ("message_id",)),
        ("xref", 7, ("entity_type", "system", "source_id", "valid_from")),
    ],
)
def test_an_entity_has_the_columns_and_key_of_the_specification(name: str, columns: int, key: tuple[str, ...]) -> None:
    assert (len(entity(name).columns), entity(name).key) == (columns, key)


@every_entity
def test_key_columns_are_required_and_come_first(contract: Entity) -> None:
    assert tuple(c.name for c in contract.columns[: len(contract.key)]) == contract.key
    assert all(contract.column(name).required for name in contract.key)


@every_entity
def test_an_event_date_is_a_required_date_or_timestamp(contract: Entity) -> None:
    if contract.event_date is not None:
        column = contract.column(contract.event_date)
        assert column.required
        assert column.kind in {Kind.DATE, Kind.TS}


@every_entity
def test_every_reference_names_an_entity_and_is_an_id(contract: Entity) -> None:
    for column in contract.columns:
        if column.refers_to is not None:
            assert column.refers_to in ENTITIES
            assert column.kind is Kind.ID


@every_entity
def test_a_column_named_after_an_entity_refers_to_it(contract: Entity) -> None:
    for column in contract.columns:
        named = column.name.removesuffix("_id")
        own = named == contract.name and column.name in contract.key
        # A grant may say `*`, which is no entity's id.
        if column.name.endswith("_id") and named in ENTITIES and not own and contract.name != "access_grant":
            assert column.refers_to == named, f"{contract.name}.{column.name}"


@every_entity
def test_enums_and_only_enums_list_distinct_values(contract: Entity) -> None:
    for column in contract.columns:
        assert bool(column.values) is (column.kind is Kind.ENUM)
        assert len(set(column.values)) == len(column.values)


@every_entity
def test_no_column_takes_the_name_of_an_envelope_or_audit_column(contract: Entity) -> None:
    assert not {c.name for c in contract.columns} & {c.name for c in (*ENVELOPE, *AUDIT)}


@every_entity
def test_every_entity_and_column_is_explained_in_one_sentence(contract: Entity) -> None:
    assert contract.owner
    assert contract.grain.startswith("one row a")
    for column in contract.columns:
        assert column.meaning[:1].isupper()
        assert column.meaning.endswith(".")
        assert ". " not in column.meaning


def test_every_default_is_a_value_of_its_column() -> None:
    for column in (*(c for _, c in COLUMNS), *ENVELOPE, *AUDIT):
        if column.default is not None:
            assert parses(column, column.default), column.name


def test_the_defaults_are_those_of_the_specification() -> None:
    assert {(e.name, c.name): c.default for e, c in COLUMNS if c.default is not None} == {
        ("employee_cost_rate", "rate_basis"): "burdened",
        ("expense", "recoverable_tax"): "0",
        ("vendor_bill_line", "recoverable_tax"): "0",
        ("legal_entity", "work_week"): "mon-fri",
        ("gl_line", "ledger_id"): "primary",
    }


def test_a_contract_line_may_go_without_a_cap() -> None:
    assert not entity("contract_line").column("amount").required


def test_columns_that_share_words_list_the_same_values() -> None:
    line = entity("contract_line")
    models = line.column("billing_model").values
    assert entity("project").column("billing_model").values == (*models, "non_billable")
    assert entity("revenue_schedule_line").column("method").values == line.column("recognition_method").values
    assert entity("expense").column("status").values == entity("time_entry").column("status").values


def test_money_is_never_a_kind_without_a_scale() -> None:
    for e, column in COLUMNS:
        if column.name.endswith(("amount", "_tax", "_cost", "_price", "_rate")):
            assert column.kind in DECIMALS, f"{e.name}.{column.name}"
    assert entity("fx_rate").column("rate").kind is Kind.FX_RATE


def test_cost_rates_and_personal_data_are_not_for_all_staff() -> None:
    assert entity("employee_cost_rate").column("hourly_cost").sensitivity is Sensitivity.PAY
    for name, column in (("employee", "full_name"), ("employee", "email"), ("time_entry", "note")):
        assert entity(name).column(column).sensitivity is Sensitivity.PERSONAL


def test_an_unknown_entity_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="timesheet"):
        entity("timesheet")


@every_entity
def test_a_description_has_one_row_for_each_column_in_order(contract: Entity) -> None:
    table = [line for line in describe(contract).splitlines() if line.startswith("| ")][2:]
    names = [line.split(" | ")[0].removeprefix("| ").strip("*") for line in table]
    assert names == [c.name for c in contract.columns]


def test_the_index_lists_every_entity_once() -> None:
    rows = index().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(ENTITIES)
