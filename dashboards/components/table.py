"""A table that says what it is, and can be taken away as CSV or XLSX with an About sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st
from pandas.io.formats.style import Styler  # type: ignore[import-untyped]
from streamlit.typing import DataframeState

from dashboards.components import formats, text
from dashboards.components.badges import word
from dashboards.components.frame import Page
from dashboards.components.workbook import workbook
from dashboards.measure import Definition

ROW = 35
HEADER = 32
MOST_ROWS = 14
MONEY = "compact"
DURATION = "duration"
#: Forms that are ours: the grid's own say 13M where a card says 13.0 M, and 4 hours for anything from 3.5 on.
FORMS: dict[str, Callable[[float], str]] = {MONEY: formats.compact, DURATION: formats.duration}
MOST_FORMED = 500  # further rows are found by a filter sooner than by scrolling, and each costs its time on every rerun


def show(
    page: Page,
    frame: pl.DataFrame,
    *,
    name: str,
    columns: dict[str, Any],
    basis: str,
    select: str | None = None,
    shares: tuple[str, ...] = (),
    rows: int = MOST_ROWS,
    empty: str = "No rows for these filters.",
) -> int | None:
    """Draw `frame` with its column configuration and export; return the selected row where `select` is a key.

    `shares` names the columns that hold shares of one; they are drawn as percentages and exported as they are.
    `empty` is said where there are no rows.
    """
    if not frame.height:
        text.note(f":material/info: {empty}")
        return None
    named = [one for one in columns if one in frame.columns]
    ours = {one: FORMS[form] for one in named if (form := _form(columns[one])) in FORMS}
    if ours and frame.height > MOST_FORMED:
        text.note(f"The first {MOST_FORMED:,} of {frame.height:,} rows; CSV and XLSX hold them all.")
    shown = _shown(frame.head(MOST_FORMED) if ours else frame, shares).select(named)
    event = st.dataframe(
        _formed(shown, ours) if ours else shown,
        column_config=columns | {one: _unformed(columns[one]) for one in ours},
        hide_index=True,
        height=min(frame.height, rows) * ROW + HEADER,
        row_height=ROW,
        alt=name,
        placeholder=formats.NULL,
        key=select,
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
    )
    _exports(page, frame, name=name, basis=basis, money=[one for one in named if _form(columns[one]) == MONEY])
    if not select or not isinstance(event, dict):
        return None
    return _selected(event)


def _selected(event: DataframeState) -> int | None:
    chosen = event["selection"]["rows"]
    return int(chosen[0]) if chosen else None


def _formed(shown: pl.DataFrame, ours: dict[str, Callable[[float], str]]) -> Styler:
    """Return the rows with some numbers in forms of our own."""
    return shown.to_pandas().style.format(ours, na_rep=formats.NULL)


def _form(column: Any) -> str:  # noqa: ANN401 - streamlit's own type is private
    kind = column.get("type_config") or {}
    return str(kind.get("format")) if kind.get("type") == "number" else ""


def _unformed(column: Any) -> Any:  # noqa: ANN401
    return column | {"type_config": column["type_config"] | {"format": None}}


def _shown(frame: pl.DataFrame, shares: tuple[str, ...]) -> pl.DataFrame:
    """Return what the grid draws: it knows floats, not decimals; exports keep the decimals."""
    floats = frame.with_columns(pl.col(pl.Decimal).cast(pl.Float64))
    return floats.with_columns(pl.col(one).cast(pl.Float64) * 100 for one in shares if one in frame.columns)


def _exports(page: Page, frame: pl.DataFrame, *, name: str, basis: str, money: list[str]) -> None:
    file = f"{name.lower().replace(' ', '_')}_{page.scope.run.run_id}"
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.download_button(
            "CSV", data=lambda: csv(frame), file_name=f"{file}.csv", mime="text/csv",
            icon=":material/download:", type="tertiary", key=f"csv_{page.title}_{name}", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "XLSX", data=lambda: workbook(frame, about=about(page, name=name, basis=basis), money=money),
            file_name=f"{file}.xlsx", icon=":material/download:", type="tertiary",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"xlsx_{page.title}_{name}", on_click="ignore",
        )  # fmt: skip


def column(
    definition: Definition, *, label: str | None = None, width: int | None = None, says_basis: bool = True
) -> Any:  # noqa: ANN401
    """Return the column of one metric: its unit's format, its basis in the header, its definition as help.

    A table whose heading bears the one basis of all its columns need not say it in each.
    """
    header = f"{label or definition.label} · {word(definition.basis)}" if says_basis else label or definition.label
    if definition.unit == "share":
        return st.column_config.ProgressColumn(
            header, help=definition.help, format="%.1f%%", min_value=0.0, max_value=100.0, color="blue", width=width
        )
    form = {"money": MONEY, "seconds": DURATION}.get(definition.unit, "localized")
    return st.column_config.NumberColumn(header, help=definition.help, format=form, width=width)


def about(page: Page, *, name: str, basis: str) -> list[tuple[str, str]]:
    """Return what an export says about itself."""
    return [
        ("Table", name),
        ("Page", page.title),
        ("Basis", basis),
        ("Filters", page.sentence),
        ("Data as of", formats.moment(page.fresh.data_as_of)),
        ("Run id", page.fresh.run_id),
        ("Provisional periods", ", ".join(page.provisional) or formats.NULL),
        ("Last closed period", page.fresh.last_closed_period or formats.NULL),
        ("Group currency", page.fresh.group_currency),
        ("Rows shown to", page.scope.rights.sentence),
    ]


def csv(frame: pl.DataFrame) -> bytes:
    """Return the rows as CSV; text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    text = pl.col(pl.String)
    safe = frame.with_columns(
        pl.when(text.str.contains(r"^[=+\-@\t\r]")).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).name.keep()
    )
    return safe.write_csv().encode()
