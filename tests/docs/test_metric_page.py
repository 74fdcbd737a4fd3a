from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pytest

from lake.errors import MisuseError
from lake.figures import metric, roll_up
from tests.firm import Firm
from tieout import metric_examples, metric_page


def test_every_metric_has_its_formula_and_an_example_that_says_what_its_sums_say() -> None:
    read = json.loads(metric_page.EXAMPLES.read_text(encoding="utf-8"))
    assert read["firm"].startswith("a simulated firm of 300 people from 2025-11 to 2026-10")  # the one of `make demo`
    examples = read["figures"]
    page = metric_page.page()
    for entry in metric_page.entries():
        assert f"(`{entry['id']}`)\n\n{entry['formula']}\n" in page
        for basis in entry["basis"]:
            told = examples[f"{entry['id']}.{basis}"]
            if "denominator" in entry:
                assert Decimal(told["value"]) == Decimal(told["numerator"]) / Decimal(told["denominator"])
            elif "distribution" in entry:
                assert 0 < Decimal(told["spread"]["within"]) <= Decimal(told["spread"]["weight"])
            elif told["terms"]:
                assert sum(Decimal(amount) for _, amount in told["terms"]) == Decimal(told["value"])
            if one := told.get("one"):
                assert sum(Decimal(amount) for _, amount in one["terms"]) == Decimal(one["value"])
                assert f"of it {one['of']}: " in page


def test_the_examples_are_the_figures_of_the_mart_they_were_read_from(firm: Firm) -> None:
    read = metric_examples.read(firm.mart)
    assert read["firm"].startswith("a simulated firm of 40 people")
    told = read["figures"]["gross_margin_share.operational"]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{firm.mart.resolve()}' as mart (read_only)")
        (figure,) = roll_up(
            connection, metric(connection, "gross_margin_share", "operational"), periods=[told["period"]]
        )
    assert Decimal(told["value"]) == figure.value
    assert set(json.loads(metric_page.EXAMPLES.read_text(encoding="utf-8"))["figures"]) <= set(read["figures"])


def test_what_is_worked_out_of_part_of_the_rows_is_refused(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    (entry,) = [entry for entry in metric_page.entries() if entry["id"] == "gross_margin"]
    short = {"services revenue": "revenue_services", "labor cost": "-labor_cost"}
    monkeypatch.setattr(
        metric_examples, "entries", lambda: [entry | {"worked": entry["worked"] | {"terms": short}}]
    )  # fmt: skip
    with pytest.raises(MisuseError, match=r"metric gross_margin, worked: all parts come to .*; complete where, terms"):
        metric_examples.read(firm.mart)
