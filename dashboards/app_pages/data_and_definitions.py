"""The data page: what a figure means, and how fresh it is."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import formats, frame, table, text
from dashboards.components.badges import BADGES, badge
from dashboards.components.frame import Page
from dashboards.mart import CONSOLE_ROWS, CONSOLE_SECONDS, ConsoleError, console
from dashboards.queries import catalogue, metrics

NO_BASIS = "none: this table holds no amounts"
VIEWS = ("Metrics", "Freshness", "Batches", "Quarantine", "Contract drift", "Conservation", "SQL console")
TABLES = {
    "Freshness": (
        "obs_freshness", "1, 2", "How new the newest row of every feed and entity is.", "Nothing was landed yet.",
    ),
    "Batches": (
        "obs_batches", "batch_id desc", "What each batch read, landed, quarantined, and left out by a filter.",
        "No batch was read yet.",
    ),
    "Quarantine": (
        "obs_quarantine", "status, batch_id desc",
        "Rows refused at the door, with file, row, column, value and rule; resolved once their batch was replayed.",
        "Nothing is in quarantine: every row read was landed or left out by a named filter.",
    ),
    "Contract drift": (
        "obs_drift", "1, 2", "Columns that extracts carry and no contract knows, kept beside the row.",
        "No extract carries a column that its contract does not know.",
    ),
    "Conservation": (
        "obs_conservation", "1, 2", "Proofs that all rows read are landed, quarantined or excluded.",
        "This run holds no proofs.",
    ),
}  # fmt: skip
DIGEST = "content_hash"  # longer than a table is wide: its beginning is shown, exports hold it whole
HEADERS = {"at": "Closed at"}
EXAMPLE = """select metric_id, basis, period_id, sum(numerator) as numerator, sum(denominator) as denominator
from fct_metric
group by all
order by all
limit 50"""


def body(page: Page) -> None:
    """Draw the page, one of its views at a time."""
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="data_view", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    with st.container(border=True):
        if view == "SQL console":
            _console(page)
        elif view in TABLES:
            _table(page, str(view))
        else:
            _metrics(page)


def _metrics(page: Page) -> None:
    st.subheader("Metric catalogue", anchor=False)
    text.note("One definition of every figure, used by pages, exports and SQL alike")
    rows = metrics.definitions(page.scope).with_columns(
        basis_word=pl.col("basis").replace({basis: word for basis, (word, _) in BADGES.items()})
    )
    words = st.column_config.TextColumn
    columns: dict[str, Any] = {
        "label": words("Metric", width=205),
        "basis_word": words("Basis", width=95),
        "formula": words("Formula", width=430),
        "unit": words("Unit", width=70),
        "additivity": words("Adds up as", width=90),
        "owner": words("Owner", width=70),
    }
    place = table.show(
        page, rows, name="Metric catalogue", columns=columns, basis="as the column Basis says", rows=18, select="metric"
    )
    if place is not None and place < rows.height:
        _definition(rows.row(place, named=True))


def _definition(row: dict[str, Any]) -> None:
    """Draw all that the catalogue says of one metric, however long it is."""
    st.subheader(f"{row['label']} {badge(row['basis'], provisional=False)}", anchor=False)
    facts = {
        "Formula": row["formula"],
        "Mind that": row.get("caveats"),
        "Where sources disagree": row.get("elsewhere"),
        "Can be split by": row.get("dimensions"),
        "Owner": row["owner"],
        "Source": row["source"],
        "Id": row["metric_id"],
    }
    st.table({name: text.plain(str(fact or formats.NULL)) for name, fact in facts.items()}, border="horizontal")


def _table(page: Page, view: str) -> None:
    name, order, meaning, empty = TABLES[view]
    st.subheader(view, anchor=False)
    text.note(meaning)
    rows = catalogue.rows(page.scope, name, order=order)
    if rows is None:
        frame.nothing(f"This run was published without {name}.")
        return
    hidden = catalogue.hidden(page.scope.rights, name)
    if hidden:
        words = ", ".join(formats.words(one) for one in hidden)
        frame.nothing(f"Empty here: {words}. They are shown to people who may see every row and every cost rate.")
    columns: dict[str, Any] = {one: _column(one, rows.schema[one]) for one in rows.columns}
    table.show(page, rows, name=view, columns=columns, basis=NO_BASIS, rows=16, empty=empty)


def _column(name: str, kind: pl.DataType) -> Any:  # noqa: ANN401 - streamlit's own type is private
    header = HEADERS.get(name) or formats.words(name)
    if name == DIGEST:
        return st.column_config.TextColumn(header, width=110, help="SHA-256 of the content; exports hold it whole")
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(f"{header}, UTC", format="D MMM YYYY HH:mm", timezone="UTC")
    if kind.is_integer():
        return st.column_config.NumberColumn(header, format="plain" if name.endswith("_id") else "localized")
    if kind == pl.Boolean:
        return st.column_config.CheckboxColumn(header)
    return st.column_config.Column(header)


def _console(page: Page) -> None:
    st.subheader("SQL console", anchor=False)
    if not (page.scope.rights.everything and page.scope.rights.every_rate):
        frame.nothing(
            "The console reads whole tables, so it is open only to people who may see every row and every cost rate."
        )
        return
    text.note(
        f"Reads the published mart and nothing else: no files, no writing, {CONSOLE_ROWS:,} rows, "
        f"{CONSOLE_SECONDS:.0f} seconds. "
        "A sum that means nothing, over both bases or of a balance over time, is refused."
    )
    left, right = st.columns([3, 2])
    with left, st.form("sql", border=False):
        statement = st.text_area("Statement", value=EXAMPLE, height=180)
        run = st.form_submit_button("Run")
    with right:
        tables = catalogue.mart_tables(page.scope)
        table.show(
            page, tables, name="Tables of the mart", basis=NO_BASIS, rows=6,
            columns={
                "table_name": st.column_config.TextColumn("Table", width=160),
                "columns": st.column_config.TextColumn("Columns", width=220),
            },
        )  # fmt: skip
    if not run:
        return
    try:
        with st.spinner("Reading the mart"):
            rows, cut = console(page.scope.run, statement)
    except ConsoleError as error:
        st.error(str(error), icon=":material/error:")
        return
    if cut:
        frame.nothing(f"Only the first {CONSOLE_ROWS:,} rows are shown.")
    columns = {one: st.column_config.Column(one) for one in rows.columns}
    table.show(page, rows, name="Result", columns=columns, basis="as the statement says", rows=20)


frame.show(
    body, question="What does this figure mean, and how fresh is it?",
    bases=("operational", "finance_posted"), needs_periods=False,
)  # fmt: skip
