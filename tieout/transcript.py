"""What dbt sent to DuckDB for a model or a test, kept so that the next build need not have it worked out again.

dbt spends some 30 ms on a node, whatever it asks: it renders the query, looks for macros, tells its log. Most queries
say the same every day. A node of which that is certain (see `steady`) is sent as it was; dbt does all others, and
whatever does not go well. Why: docs/adr/0200.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

#: Statements that make a model: they say the same whatever stood before, see dbt_project/materializations.
_MAKES = ("drop table if exists", "drop view if exists")
#: What a model's columns are, and what a schema or the session holds, is asked before it is made: the answer follows
#: from the project and the contracts.
_ONLY_ASKS = (
    "describe",
    "select table_name, constraint_type from duckdb_constraints()",
    "select database_name, type from duckdb_databases()",
)
_TRANSACTION = ("begin", "commit", "rollback")
#: What a test asks, and how many keys are repeated or empty (the macro `refuse_repeated_keys`).
_CHECKS = ("select count(*) as failures, ", "select count(*), any_value(concat_ws(")


class Transcript:
    """The statements of each node, for as long as nothing is changed that they follow from."""

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self._key = key
        self._kept = _read(file, key)
        self._heard: dict[str, list[str]] = {}
        self._judged: dict[str, bool] = {}

    def __call__(self, message: Any) -> None:  # noqa: ANN401 - dbt's event is a protobuf message
        """Hear what dbt sends (a callback of its runner)."""
        if message.info.name == "SQLQuery":
            self._heard.setdefault(message.data.node_info.unique_id, []).append(message.data.sql)

    @property
    def holds(self) -> bool:
        """Whether anything was kept of the same code."""
        return bool(self._kept)

    def of(self, node: str) -> list[str]:
        """Return what is to be sent for a node; nothing where dbt has to work it out."""
        return self._kept.get(node) or []

    def is_judged(self, node: str) -> bool:
        """Tell whether it is known of a node if it says the same every day."""
        return node in self._kept

    def forget(self) -> None:
        """Let dbt do every node."""
        self._kept = {}

    def begin(self, node: str) -> None:
        """Forget what was kept and heard of a node that dbt is about to do."""
        self._heard.pop(node, None)
        if self._kept.get(node):
            del self._kept[node]

    def judge(self, node: str, *, is_steady: bool) -> None:
        """Note whether what is heard of a node may be sent again."""
        self._judged[node] = is_steady

    def write(self) -> None:
        """Keep what was heard in this build, which must have gone well."""
        if not self._judged:
            return
        heard = {node: _again(self._heard.get(node, ())) for node, is_steady in self._judged.items() if is_steady}
        # what was said for once, as to drop a view where a table comes, is heard again
        fresh = {node: said for node, said in heard.items() if said}
        fresh |= {node: [] for node, is_steady in self._judged.items() if not is_steady}
        text = json.dumps({"key": self._key, "nodes": self._kept | fresh})
        beside = self._file.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self._file)


def _read(file: Path, key: str) -> dict[str, list[str]]:
    """Return what was kept under this key; nothing where the file is of other code, or broken."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(kept["nodes"]) if isinstance(kept, dict) and kept.get("key") == key else {}


def _again(heard: Iterable[str]) -> list[str]:
    """Return what of a node's statements must be sent again; nothing where one of them is of an unknown kind."""
    kept = []
    for sql in heard:
        words = " ".join(sql.split()).lower()
        if words in _TRANSACTION or words.startswith(_ONLY_ASKS):
            continue
        if not words.startswith((*_MAKES, *_CHECKS)):
            return []
        kept.append(sql)
    return kept


def key(project: Path, environment: Mapping[str, str]) -> str:
    """Return a digest of all that statements follow from: the project, the contracts, versions and the environment."""
    digest = hashlib.sha256()
    for name in ("dbt-core", "dbt-duckdb", "duckdb", "jinja2"):
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    for name in sorted(environment):
        digest.update(f"{name}={environment[name]}\n".encode())
    files = [project / "profiles.yml", Path(__file__)]
    for folder in (project / "dbt_project", project / "lake" / "contracts"):
        files += [Path(at) / name for at, _, names in os.walk(folder) for name in names if not name.endswith(".pyc")]
    for file in sorted(files):
        digest.update(f"{file}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


#: What a query may be made of to say the same every day; not, for instance, `run_query`, `graph` or `run_started_at`.
_SAYS_THE_SAME = frozenset(
    ("ref", "source", "this", "config", "var", "env_var", "target", "return", "execute", "exceptions")
)
#: Macros of dbt's own that ask nothing, by which it gives a generic test its table.
_OF_DBT = frozenset(("get_where_subquery", "_dbt_generic_test_kwargs"))
_VARIABLE = re.compile(r"env_var\(\s*[\"'](\w+)[\"']")


def steady(code: str, macros: Mapping[str, str], *, environment: Iterable[str]) -> bool:
    """Tell whether a query says the same every day: it and the macros that it calls use nothing else than what may.

    `macros` are the project's own by name; `environment` names the variables that the key of the transcript holds.
    """
    held = frozenset(environment)
    seen: set[str] = set()
    open_texts = [code]
    while open_texts:
        text = open_texts.pop()
        asked = _VARIABLE.findall(text)
        if len(asked) != text.count("env_var(") or not held.issuperset(asked):
            return False
        for name in _used(text) - _SAYS_THE_SAME - _OF_DBT - seen:
            if name not in macros:
                return False
            seen.add(name)
            open_texts.append(macros[name])
    return True


@functools.cache
def _used(text: str) -> frozenset[str]:
    """Return the names that a template takes from dbt; macros are read for many a query."""
    from dbt_common.clients.jinja import get_environment  # noqa: PLC0415 - dbt takes seconds to import
    from jinja2 import meta  # noqa: PLC0415

    return frozenset(meta.find_undeclared_variables(get_environment(None, capture_macros=False).parse(text)))
