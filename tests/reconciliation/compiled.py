"""The reconciliation's own SQL as dbt compiled it for a firm: which models, in which order, over which tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class Compiled:
    """The models of the match that the wanted tables stand on, in the order in which they are built.

    What they stand on without being part of the match is `given`; so is whatever reads the lake itself, and what is
    named so.
    """

    def __init__(self, work: Path, wanted: Sequence[str], *, given: Sequence[str] = ()) -> None:
        manifest = json.loads((work / "dbt_target" / "manifest.json").read_text(encoding="utf-8"))
        self._nodes: dict[str, Any] = {node["name"]: node for node in manifest["nodes"].values()}
        self._named = frozenset(given)
        self.steps = self._ordered(wanted)
        needed = {name for step in self.steps for name in self._needs(step)}
        self.given = sorted(needed - set(self.steps))

    def relation(self, name: str) -> str:
        """Return the table of a model in the firm's own database."""
        return str(self._nodes[name]["relation_name"])

    def statement(self, name: str, place: Callable[[str], str]) -> str:
        """Return the statement that makes a step, every table of it where `place` says."""
        kind = "view" if self.is_view(name) else "table"
        return f"create or replace {kind} {place(name)} as {self.query(name, place)}"

    def is_view(self, name: str) -> bool:
        """Tell whether a step is a view."""
        return bool(self._nodes[name]["config"]["materialized"] == "view")

    def query(self, name: str, place: Callable[[str], str]) -> str:
        """Return the query of a step, every table of it where `place` says."""
        sql = Path(self._nodes[name]["compiled_path"]).read_text(encoding="utf-8")
        for needed in self._needs(name):
            relation = self._nodes.get(needed, {}).get("relation_name")
            if relation:
                sql = sql.replace(relation, place(needed))
        return sql

    def _needs(self, name: str) -> list[str]:
        nodes = self._nodes[name]["depends_on"]["nodes"]
        return [needed.rpartition(".")[2] for needed in nodes if not needed.startswith("source.")]

    def _ordered(self, wanted: Sequence[str]) -> list[str]:
        found: list[str] = []

        def visit(name: str) -> None:
            if name in found or not self._is_step(name):
                return
            for needed in self._needs(name):
                visit(needed)
            found.append(name)

        for name in wanted:
            visit(name)
        return found

    def _is_step(self, name: str) -> bool:
        # Decisions and what was published before lie in the lake, not in a ledger: they are given, and empty.
        node = self._nodes.get(name, {})
        from_lake = any(needed.startswith("source.") for needed in node.get("depends_on", {}).get("nodes", ()))
        in_match = node.get("original_file_path", "").startswith("models/reconciliation/")
        return bool(in_match) and not from_lake and name not in self._named
