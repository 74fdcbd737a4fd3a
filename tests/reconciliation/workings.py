"""Runs the reconciliation's own SQL, as dbt compiled it for a firm, over ledgers that a test makes up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lake.catalogue import open_duckdb
from tests.firm import Firm
from tests.reconciliation.compiled import Compiled

Row = Mapping[str, Any]
#: What a test looks at; all that these stand on within the reconciliation is run, everything else is given.
WANTED = ("recon_item", "recon_bridge", "int_recon_two_currencies", "int_recon_untold_hours")
#: Taken from the firm as they are; the rest of what is given starts empty.
REFERENCE = (
    "int_fx_period",
    "int_legal_entities",
    "int_periods",
    "break_category",
    "severity_step",
    "control_rule",
    "sla",
    "tolerance",
)
LEDGER, BUILD, TIME = "fct_project_ledger", "int_build", "stg_psa__time_entries"
BUILD_TIME = datetime(2026, 10, 30, 22, tzinfo=UTC)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Result:
    """What a run of the match left: its items, what stands in two currencies, and each row's group or pool.

    `bridge` is the sum of the items, `untold` the hours that only one side states.
    """

    items: list[dict[str, Any]]
    bridge: list[dict[str, Any]]
    two_currencies: list[dict[str, Any]]
    untold: list[dict[str, Any]]
    matched: list[tuple[str, str]]
    pooled: list[tuple[str, str]]
    settled: set[str]


class Workings:
    """The match in memory: the compiled models in their order, over a ledger of the test's own.

    Each statement is planned once and run in a transaction that is taken back, so that a run of a small ledger takes
    a tenth of a second and leaves nothing behind.
    """

    def __init__(self, firm: Firm) -> None:
        work = firm.lake_root / "work"
        self._compiled = Compiled(work, WANTED)
        self.connection = open_duckdb()
        self.connection.execute("set threads = 1")
        self.connection.execute(f"attach '{work / 'build.duckdb'}' as build (read_only)")
        self.connection.execute(f"attach '{work / 'mart.duckdb'}' as mart (read_only)")
        self._copy_given()
        self._rates = self._average_rates()
        # A plan is kept for ledgers to come: what it knows of the empty tables must not be used.
        self.connection.execute("pragma disable_optimizer")
        self._tables = [name for name in self._compiled.steps if not self._compiled.is_view(name)]
        for name in self._compiled.steps:
            self.connection.execute(self._compiled.statement(name, self._place))
        for name in self._tables:
            self.connection.execute(f"delete from {self._place(name)}")
            query = self._compiled.query(name, self._place)
            self.connection.execute(f"prepare make_{name} as insert into {self._place(name)} {query}")

    def rate(self, entity: str, period: str) -> Decimal:
        """Return the average rate to group currency of an entity's books in a period."""
        return self._rates[entity, period]

    def run(
        self,
        ledger: Iterable[Row],
        *,
        landed: Iterable[str] = (),
        build_time: datetime = BUILD_TIME,
        given: Mapping[str, Iterable[Row]] | None = None,
    ) -> Result:
        """Match a ledger; `landed` are ids of time entries that are known but count for nothing (taken back).

        `given` are rows of other tables that the match reads, instead of those that it would.
        """
        gone = [{"source_system": "psa", "time_entry_id": name, "status": "rejected"} for name in landed]
        build = {"build_time": build_time, "build_date": build_time.date(), "group_currency": "EUR"}
        filled = {LEDGER: ledger, BUILD: [build], TIME: [{**row, "is_deleted": False} for row in gone], **(given or {})}
        self.connection.execute("begin")
        try:
            for name, rows in filled.items():
                self._fill(name, rows)
            return self._run()
        finally:
            self.connection.execute("rollback")

    def _run(self) -> Result:
        for name in self._tables:
            self.connection.execute(f"execute make_{name}")
        return Result(
            items=self._rows(f"select * from {self._place('recon_item')} order by item_id"),
            bridge=self._rows(f"select * from {self._place('recon_bridge')}"),
            two_currencies=self._rows(f"select * from {self._place('int_recon_two_currencies')}"),
            untold=self._rows(f"select * from {self._place('int_recon_untold_hours')}"),
            matched=self._pairs("select ledger_id, match_key from", "int_recon_matched"),
            pooled=self._pairs("select ledger_id, pool_key from", "int_recon_pool_members"),
            settled=self._settled(),
        )

    def _average_rates(self) -> dict[tuple[str, str], Decimal]:
        found = self.connection.execute(
            "select fx.legal_entity_key, fx.period_id, fx.average_rate from build.intermediate.int_fx_period as fx"
            " join build.intermediate.int_legal_entities as e on e.functional_currency = fx.from_currency"
            " and e.legal_entity_key = fx.legal_entity_key"
            " where fx.average_rate is not null"  # periods before the first rate have none
        ).fetchall()
        return {(entity, period): Decimal(rate) for entity, period, rate in found}

    def _settled(self) -> set[str]:
        keyed, rows = self._place("int_recon_keyed"), self._place("int_recon_open_rows")
        found = self.connection.execute(f"select ledger_id from {keyed} except select ledger_id from {rows}")
        return {row[0] for row in found.fetchall()}

    def _rows(self, query: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _pairs(self, query: str, name: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self.connection.execute(f"{query} {self._place(name)}").fetchall()]

    def _fill(self, name: str, rows: Iterable[Row]) -> None:
        place = self._place(name)
        self.connection.execute(f"delete from {place}")
        grouped: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            grouped.setdefault(tuple(row), []).append(list(row.values()))
        for columns, values in grouped.items():
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            self.connection.executemany(f"insert into {place} ({names}) values ({marks})", values)

    def _place(self, name: str) -> str:
        return "memory.main." + name

    def _copy_given(self) -> None:
        for name in self._compiled.given:
            rows = "" if name in REFERENCE else "limit 0"
            source = self._compiled.relation(name)
            self.connection.execute(f"create table {self._place(name)} as select * from {source} {rows}")


def money(amount: Decimal) -> Decimal:
    """Round to cents, half away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
