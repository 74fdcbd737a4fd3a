"""What customers and engagements are called: invented words, the same for the same number."""

from __future__ import annotations

import polars as pl

from simulator.firm import PRACTICES

HOUSES = (
    "Alder", "Borough", "Calder", "Dunmore", "Elstrom", "Farrow", "Grevel", "Hallam", "Isar", "Jasper", "Kestrel",
    "Lindqvist", "Marlow", "Norden", "Oakhurst", "Penrose", "Quayle", "Ravel", "Sandvik", "Tarnow", "Ulmen", "Verity",
    "Wexford", "Yarrow", "Zander",
)  # fmt: skip
KINDS = (
    "Group", "Holding", "Partners", "Works", "International", "Systems", "Brothers", "Union", "Company", "Trading",
    "Industries", "Services",
)  # fmt: skip
WORK = {
    "Advisory": ("Operating model", "Cost review", "Merger plan", "Sourcing strategy", "Target processes"),
    "Applications": ("ERP rollout", "Order portal", "Claims system", "CRM renewal", "Payroll migration"),
    "Cloud": ("Cloud landing zone", "Data centre exit", "Platform operations", "Network renewal", "Service desk"),
    "Data and AI": ("Data platform", "Forecast models", "Reporting renewal", "Master data", "Document reading"),
}


def customer_names(count: int) -> pl.Series:
    """Name `count` customers, each differently; what comes after all pairs of words bears a number."""
    pairs = len(HOUSES) * len(KINDS)
    # 7 has no divisor in common with the kinds, so that neighbours differ in both words.
    return pl.Series(
        [
            f"{HOUSES[one % len(HOUSES)]} {KINDS[(one // len(HOUSES) + 7 * one) % len(KINDS)]}"
            + (f" {one // pairs + 1}" if one >= pairs else "")
            for one in range(count)
        ],
        dtype=pl.String,
    )


def engagement(number: pl.Expr, practice: pl.Expr) -> pl.Expr:
    """Say what an engagement of a practice is about."""
    name = pl.lit(None, pl.String)
    for one in PRACTICES:
        for place, topic in enumerate(WORK[one]):
            fits = (practice == one) & (number % len(WORK[one]) == place)
            name = pl.when(fits).then(pl.lit(topic)).otherwise(name)
    return name
