"""How dbt's nodes are run in `tieout build`: as the transcript says where it says something, else as dbt does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from tieout.transcript import Transcript, steady


@contextlib.contextmanager
def following(transcript: Transcript, environment: Iterable[str]) -> Iterator[None]:
    """Let dbt's builds follow the transcript, for as long as the block lasts."""
    from dbt.artifacts.resources.types import NodeType  # noqa: PLC0415 - the imports of dbt take seconds
    from dbt.task.build import BuildTask  # noqa: PLC0415

    before = dict(BuildTask.RUNNER_MAP)
    names = frozenset(environment)
    for kind in (NodeType.Model, NodeType.Test):
        BuildTask.RUNNER_MAP[kind] = _following(before[kind], transcript, names)
    try:
        yield
    finally:
        BuildTask.RUNNER_MAP.update(before)


def _following(runner: Any, transcript: Transcript, environment: frozenset[str]) -> Any:  # noqa: ANN401 - dbt's classes
    """Return dbt's runner of models or tests as one that asks the transcript first."""

    class Following(runner):  # type: ignore[misc]
        """Sends what was sent before; where that does not go well, dbt does it all and says what is wrong."""

        def run_with_hooks(self, manifest: Any) -> Any:  # noqa: ANN401
            node = self.node
            said = [] if self.skip else transcript.of(node.unique_id)
            if said and _sent(self.adapter, node, said):
                return _passed(self.adapter, self.config, node)
            if self.skip or (transcript.is_judged(node.unique_id) and not said):
                return super().run_with_hooks(manifest)
            transcript.begin(node.unique_id)
            result = super().run_with_hooks(manifest)
            transcript.judge(node.unique_id, is_steady=_is_steady(node, manifest, environment))
            return result

    return Following


def _is_steady(node: Any, manifest: Any, environment: frozenset[str]) -> bool:  # noqa: ANN401
    """Tell whether a node's statements are the same every day; not those of tables that are only brought up to date."""
    if node.config.materialized not in ("table", "view", "test"):
        return False
    ours = {
        macro.name: macro.macro_sql for macro in manifest.macros.values() if macro.package_name == node.package_name
    }
    return steady(node.raw_code, ours, environment=environment)


def _sent(adapter: Any, node: Any, statements: list[str]) -> bool:  # noqa: ANN401
    """Send the statements in one transaction; tell whether all went well, and leave nothing behind where not."""
    with adapter.connection_named(node.unique_id):
        cursor = adapter.connections.get_thread_connection().handle.cursor()
        cursor.execute("begin")
        try:
            for sql in statements:
                cursor.execute(sql)
                if sql.lstrip()[:6].lower() == "select" and not _is_well(node, cursor.fetchone()):
                    cursor.execute("rollback")
                    return False
        except duckdb.InterruptException:  # somebody stopped the build
            raise
        except (duckdb.Error, RuntimeError):  # the adapter tells some of DuckDB's errors as its own
            with contextlib.suppress(duckdb.Error, RuntimeError):
                cursor.execute("rollback")
            return False
        cursor.execute("commit")
    return True


def _is_well(node: Any, answer: tuple[Any, ...] | None) -> bool:  # noqa: ANN401
    """Tell what a check says: a test whether to warn and whether to fail, a model how many of its keys are wrong."""
    if answer is None:
        return False
    return not any(answer[1:]) if node.resource_type == "test" else answer[0] == 0


def _passed(adapter: Any, config: Any, node: Any) -> Any:  # noqa: ANN401
    """Return dbt's result of a node that went well."""
    from dbt.artifacts.schemas.results import RunStatus, TestStatus  # noqa: PLC0415
    from dbt.artifacts.schemas.run import RunResult  # noqa: PLC0415

    result = RunResult.from_node(node, RunStatus.Success, "OK")
    if node.resource_type == "test":
        result.status, result.failures = TestStatus.Pass, 0
    else:  # models that follow ask dbt which tables there are
        adapter.cache_added(adapter.Relation.create_from(config, node, type=node.config.materialized))
    return result
