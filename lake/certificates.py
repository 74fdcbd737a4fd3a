"""Close certificates: recorded in the lake when a mart is published, and verified whenever somebody asks.

A certificate is content (canonical JSON) and a seal (its SHA-256). The mart carries both, and the lake keeps
every one ever published, so that a mart that was changed and sealed anew does not pass.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lake import catalogue, delta
from lake.certificate_evidence import Evidence, batch_ids, batches_hash, examine
from lake.certificate_figures import figures
from lake.errors import ConfigError, LakeError
from lake.schemas import SYSTEM_TABLES
from lake.store import Lake

CERTIFICATES = """
select legal_entity_key, period_id, is_certified, reason, run_id, content, seal
from mart.close_certificate
where (?::varchar is null or legal_entity_key = ?) and (?::varchar is null or period_id = ?)
order by legal_entity_key, period_id
"""
#: What the content says of the figures of the mart; the rest of it says whose they are and from what.
FIGURES = (
    "totals", "categories", "control_exceptions", "critical_control_exceptions", "items_hash", "projects_hash",
    "control_exceptions_hash", "ledger",
    "open_critical", "open_high", "open_medium", "open_low", "accepted_items", "unclassified_items",
)  # fmt: skip


#: What a hash is over, in words.
HASHED = {
    "items_hash": "items", "projects_hash": "ledger totals by project",
    "control_exceptions_hash": "control exceptions as such",
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """One certificate: its verdict on the period, and one phrase for whatever is not as it was sealed."""

    legal_entity: str
    period: str
    is_certified: bool
    reason: str | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """All certificates asked for, of one run, and the evidence that they share."""

    run_id: str
    checked: tuple[Checked, ...]
    evidence: Evidence

    @property
    def is_intact(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.evidence.findings and not any(one.findings for one in self.checked)


def record(lake: Lake, mart: Path) -> int:
    """Append the certificates of a built mart to the lake before readers see them; return how many.

    A run is recorded once: publishing it again adds nothing.
    """
    lake.ensure()
    with duckdb.connect(str(mart), read_only=True) as connection:
        rows = connection.execute(
            "select run_id, build_time, legal_entity_key, period_id, is_certified, reason, content, seal"
            " from close_certificate order by legal_entity_key, period_id"
        ).pl()
    schema = SYSTEM_TABLES["certificate"]
    frame = rows.with_columns(recorded_at=pl.lit(datetime.now(UTC))).select(
        pl.col(n).cast(t) for n, t in schema.items()
    )
    runs = frame["run_id"].unique()

    def decide(table: Any) -> tuple[pl.DataFrame, int]:  # noqa: ANN401 - the Delta library's table
        known = delta.read(table, ["run_id"]).filter(pl.col("run_id").is_in(runs.implode()))
        return (frame, frame.height) if known.is_empty() else (frame.clear(), 0)

    return delta.append_alone(lake, "certificate", decide)


def verify(lake: Lake, mart: Path, *, entity: str | None = None, period: str | None = None) -> Verification:
    """Compute the certificates of a published mart anew from its tables, the lake's batches and the archive.

    Raises ConfigError where the mart has no such certificate.
    """
    with catalogue.connect(lake, mart) as connection:
        try:
            rows = connection.execute(CERTIFICATES, [entity, entity, period, period]).fetchall()
        except duckdb.Error as error:
            raise LakeError(f"The mart {mart.name} has no sealed certificates; run `tieout build`.") from error
        if not rows:
            raise ConfigError(
                f"The published mart has no certificate of {entity or 'any entity'} {period or ''}.".replace(" .", ".")
            )
        computed = figures(connection)
        batches: dict[int, str] = dict(
            connection.execute(
                "select batch_id, content_hash from mart.obs_batches where status = 'committed'"
            ).fetchall()
        )
        evidence = examine(connection, lake, batches)
        recorded = {
            (e, p): seal
            for e, p, seal in connection.execute(
                "select legal_entity_key, period_id, seal from lake.certificate where run_id = ?", [rows[0][4]]
            ).fetchall()
        }
    checked = []
    for legal_entity, of, is_certified, reason, _, content, seal in rows:
        key = (legal_entity, of)
        findings = [*_seal_findings(content, seal, recorded.get(key))]
        findings += _content_findings(content, computed[key], batches)
        if (is_certified, reason) != tuple(json.loads(content).get(name) for name in ("certified", "reason")):
            findings.append("its verdict is not the one that was sealed")
        checked.append(Checked(legal_entity, of, is_certified, reason, tuple(findings)))
    return Verification(rows[0][4], tuple(checked), evidence)


def _seal_findings(content: str, seal: str, recorded: str | None) -> list[str]:
    findings = []
    if hashlib.sha256(content.encode()).hexdigest() != seal:
        findings.append("its content was changed after it was sealed")
    if recorded is None:
        findings.append("the lake holds no record of it")
    elif recorded != seal:
        findings.append("its seal is not the one that was recorded when it was published")
    return findings


def _content_findings(content: str, computed: dict[str, Any], batches: dict[int, str]) -> list[str]:
    said = json.loads(content)
    findings = []
    for name in FIGURES:
        if name not in said:  # sealed before certificates said it
            continue
        words = HASHED.get(name, name.replace("_", " "))
        if isinstance(said[name], dict):
            found = {member: _as_sealed(of, said[name].get(member)) for member, of in computed[name].items()}
            wrong = [m for m in sorted({*said[name], *found}) if said[name].get(m) != found.get(m)]
            findings += [f"the mart's {words} differ in {', '.join(wrong)}"] if wrong else []
        elif said[name] != computed[name]:
            findings.append(f"the mart's {words} differ{'s' if name == 'ledger' else ''}")
    bridge = computed["categories of the bridge"]
    if bridge != computed["categories"]:
        wrong = sorted(c for c in {*bridge, *computed["categories"]} if bridge.get(c) != computed["categories"].get(c))
        findings.append(f"the mart's bridge differs from its items in {', '.join(wrong)}")
    if computed["projects of the bridge"] != computed["projects_hash"]:
        findings.append("the mart's bridge totals differ from its ledger")
    elif computed["breaks of the bridge"] != computed["projects_hash"]:
        findings.append("the mart's bridge totals do not close")
    # what was sealed before certificates named their batches holds the hash over them alone
    named = said.get("batch_ids", batch_ids(batches))
    listed = (batch_ids(batches), len(batches), batches_hash(batches))
    if (named, said["batch_count"], said["batches_hash"]) != listed:
        findings.append("the mart's list of batches differs")
    return findings


def _as_sealed(computed: Any, said: Any) -> Any:  # noqa: ANN401 - parts of a JSON document
    """Return a computed member with no more than what its certificate said of it: later ones say more."""
    if isinstance(computed, dict) and isinstance(said, dict):
        return {name: of for name, of in computed.items() if name in said}
    return computed
