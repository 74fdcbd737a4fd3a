"""No SQL beside the metric layer computes a headline figure: every query of the product is read and judged."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.firm import ROOT

PRODUCT = ("dashboards", "tieout", "lake", "ingestion")
#: Whatever adds up, averages, counts or divides.
COMPUTES = re.compile(r"\b(?:sum|avg|mean|median|mode|count|quantile\w*|percentile\w*|approx_\w+)\s*\(|\s/\s")
#: A percentile, or a median, that something is made of: its average, its sum, its worst, its product.
MADE_OF_PERCENTILES = re.compile(
    r"\b(?:sum|avg|mean|min|max|median|mode|quantile\w*|percentile\w*)\s*\([^()]*(?:\b|_)(?:p\d\d|median)(?:\b|_)"
    r"|(?:\b|_)(?:p\d\d|median)(?:_\w+)?\s*[*/+-]"
)
#: Facts, and the days of messages, of which the catalogue has figures as well.
TABLE = re.compile(r"\b(?:from|join)\s+(?:mart\.)?(fct_\w+|obs_integration\w*)")

#: The queries that may add up a fact, and why each is no second definition.
ALLOWED = {
    "lake/figures.py:_sums": "the one place that rolls metrics up",
    "lake/figures.py:_percentile": "the one place that rolls metrics up",
    "dashboards/queries/metrics.py:by_period": "the two sides of metrics; lake.figures divides them",
    "dashboards/queries/metrics.py:by_member": "the two sides of metrics; lake.figures divides them",
    "dashboards/queries/metrics.py:percentiles": "weighs the values that lake.figures ranks",
    "dashboards/queries/integration.py:by_day": "by day, which no metric is split by; test_messages adds its days up",
    "dashboards/queries/projects.py:runoff": "by the quarter of the booking, which no metric is split by",
    "dashboards/queries/outlook.py:walk": "effects between two margins, which are no metric",
    "dashboards/queries/outlook.py:roll_forward": "movements between two balances, which are no metric",
    "dashboards/app_pages/data_and_definitions.py:module": "the console's example: the two sides of metrics",
    "lake/certificate_figures.py:module": "flows in functional currency as they are sealed, which the bridge closes",
    "tieout/reconciliation_page.py:module": "the guide's worked page: a bridge as it stands, and how large the firm is",
    "tieout/metric_examples.py:read": "names the firm of the examples: its people, its first and last period",
    "tieout/metric_examples.py:_spread": "how much of a distribution lies at or below what lake.figures ranked",
}


@dataclass(frozen=True)
class Query:
    """One text of SQL and the function that holds it; what is filled in stands as `?`."""

    place: str
    text: str

    @property
    def computes_a_fact(self) -> bool:
        """Whether it adds up, averages, counts or divides over a fact table of the mart."""
        return bool(TABLE.search(self.text)) and bool(COMPUTES.search(self.text))

    @property
    def rolls_up_percentiles(self) -> bool:
        """Whether it makes one percentile of others, which says nothing: take it anew from the values."""
        return bool(MADE_OF_PERCENTILES.search(self.text))


def texts(source: str, file: str) -> Iterator[Query]:
    """Yield every text with a `select` or a fact table in a module, as parts of the functions that hold it."""
    for holder in ast.walk(ast.parse(source)):
        if not isinstance(holder, (ast.FunctionDef, ast.Module)):
            continue
        inner = {id(node) for one in ast.walk(holder) if isinstance(one, ast.FunctionDef) and one is not holder
                 for node in ast.walk(one)}  # fmt: skip
        written = [filled(node) for node in ast.walk(holder) if id(node) not in inner
                   and isinstance(node, (ast.JoinedStr, ast.Constant))]  # fmt: skip
        if isinstance(holder, ast.Module):
            yield from (Query(f"{file}:module", one) for one in written if re.search(r"\bselect\b", one))
            continue
        # a query may be put together from several texts of one function
        together = " ".join(one for one in written if one)
        if re.search(r"\bselect\b", together):
            yield Query(f"{file}:{holder.name}", together)


def filled(node: ast.AST) -> str:
    """Return a text with what is filled in: constants as they are, `located(…, table)` as its table, else `?`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and not node.value.isidentifier() else ""
    assert isinstance(node, ast.JoinedStr)
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            named = [one.value for one in ast.walk(value) if isinstance(one, ast.Constant)]
            parts.append(next((one for one in named if isinstance(one, str) and one.startswith("fct_")), "?"))
    return "".join(parts)


def of_the_product() -> list[Query]:
    return [
        query
        for part in PRODUCT
        for file in sorted((ROOT / part).rglob("*.py"))
        for query in texts(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))
    ]


def test_no_query_of_the_product_computes_a_figure_but_through_the_metric_layer() -> None:
    queries = of_the_product()
    assert len({query.place for query in queries}) > 60
    computing = {query.place for query in queries if query.computes_a_fact}
    unknown = computing - set(ALLOWED)
    assert not unknown, f"{sorted(unknown)} add up facts of the mart: ask fct_metric through lake.figures instead"
    assert computing == set(ALLOWED), f"{sorted(set(ALLOWED) - computing)} no longer need to be allowed"


@pytest.mark.parametrize(
    "body",
    [
        'return fetch("select sum(amount_group) from mart.fct_project_ledger")',
        'return fetch(f"select {column} / hours from mart.fct_capacity where {condition}")',
        "return fetch(f\"select avg(numerator / denominator) from {located(scope, 'fct_metric')}\")",
        'sides = "sum(revenue_services)"\n    return fetch(f"select {sides} from mart.fct_project_period")',
        'return fetch("select median(value) from fct_metric_distribution")',
        'return fetch(f"select flow, sum(attempts) from mart.obs_integration where {condition} group by flow")',
        'return fetch("select min(latency_seconds), count(*) from mart.obs_integration_latency")',
    ],
)
def test_a_query_that_computes_a_figure_of_its_own_is_seen(body: str) -> None:
    source = f"def planted(scope, column, condition):\n    {body}\n"
    assert [one.place for one in texts(source, "dashboards/queries/planted.py") if one.computes_a_fact] == [
        "dashboards/queries/planted.py:planted"
    ]


def test_no_query_of_the_product_makes_a_percentile_of_percentiles() -> None:
    queries = of_the_product()
    assert any("latency_p95_seconds" in query.text for query in queries)
    assert [query.place for query in queries if query.rolls_up_percentiles] == []


@pytest.mark.parametrize(
    "text",
    [
        "select sum(latency_p50_seconds * attempts) / nullif(sum(attempts), 0) from mart.obs_integration",
        "select max(latency_p95_seconds) as latency_p95_seconds from mart.obs_integration",
        "select avg(p50) from days",
        "select sum(cycle_median) from days",
        "select latency_p95_seconds * 2 from days",
    ],
)
def test_a_percentile_of_percentiles_is_seen(text: str) -> None:
    assert Query("planted", text).rolls_up_percentiles


@pytest.mark.parametrize(
    "text",
    [
        "select day, latency_p50_seconds, latency_p95_seconds from mart.obs_integration where flow = ?",
        "select min(latency_seconds) filter (where reached >= 0.50 * whole) as latency_p50_seconds from weighed",
        "select quantile_cont(latency_seconds, 0.95) as latency_p95_seconds from messages",
    ],
)
def test_a_percentile_of_values_is_none(text: str) -> None:
    assert not Query("planted", text).rolls_up_percentiles


@pytest.mark.parametrize(
    "body",
    [
        'return fetch("select gl_line_id from mart.fct_project_ledger where flow = ?")',
        'return fetch("select count(*) from mart.recon_item")',
    ],
)
def test_a_query_that_lists_rows_or_counts_differences_is_none(body: str) -> None:
    source = f"def planted(scope):\n    {body}\n"
    assert not [one for one in texts(source, "x.py") if one.computes_a_fact]


def test_the_names_of_the_facts_are_those_of_the_mart() -> None:
    """Else a fact under another kind of name would pass unseen."""
    marts = {file.stem for file in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert marts
    assert all(name.startswith(("fct_", "dim_")) for name in marts - {"build_info"})
