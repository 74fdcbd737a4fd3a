"""Drives dbt in process, then publishes what it built."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lake import certificates, extensions, gold, history, publish
from lake.errors import BuildError
from lake.events import Events
from lake.store import Lake
from tieout import runners, transcript
from tieout.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent


#: Names the run that is being published, for as long as its items are not in the history.
_UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class Built:
    """What a build left behind: the run's id, its published file, and how many nodes ran and warned."""

    run_id: str
    mart: Path
    nodes: int
    warnings: tuple[str, ...]


def build(settings: Settings, *, events: Events, full_refresh: bool = False, as_of: datetime | None = None) -> Built:
    """Build every model with its tests and publish the mart.

    With `as_of` the mart is built as it was known then, in files of its own, and published beside: readers
    stay on the current run. Raises BuildError, and the mart published before stays, when a model or test fails.
    """
    lake = Lake(settings.lake_root)
    lake.ensure()  # a lake of an older version lacks columns that the models read
    run_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")[:-4] + "Z"
    with _work_folder(settings, as_of) as work:
        if as_of is None:
            finish_last(lake, settings.mart_folder, work)
        with _seldom_tidying():
            nodes, warnings = _dbt(settings, work, run_id=run_id, full_refresh=full_refresh, as_of=as_of, events=events)
        mart = work / "mart.duckdb"
        events("publish_started", message="Publishing the mart")
        if as_of is not None:
            run_id = f"asof-{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{run_id}"
        else:
            certificates.record(lake, mart)
        pending = work / _UNRECORDED
        if as_of is None:
            pending.write_text(run_id, encoding="utf-8")
        published = publish.publish(
            mart, settings.mart_folder, run_id=run_id, move_pointer=as_of is None, keep=settings.keep_runs
        )
        if as_of is None:
            history.append(lake, mart)
            pending.unlink()
            written = gold.write(mart, settings.lake_root, events=events)
            events(
                "gold_written",
                message=f"Gold Delta tables: {written} partitions rewritten",
                partitions=written,
            )
    events("published", message=f"Published {published.name}", run_id=run_id, file=str(published))
    return Built(run_id=run_id, mart=published, nodes=nodes, warnings=warnings)


def finish_last(lake: Lake, marts: Path, work: Path) -> None:
    """Append to the items' history what a build showed that was stopped between publishing and recording it.

    Without that an item which is fixed before the next publication would vanish instead of being resolved.
    """
    pending = work / _UNRECORDED
    if not pending.exists():
        return
    shown = publish.published(marts)
    if shown is not None and shown.name == f"mart_{pending.read_text(encoding='utf-8')}.duckdb":
        history.append(lake, shown)
    pending.unlink()


def environment(settings: Settings, work: Path) -> dict[str, str]:
    """Return what dbt's connection and the models read from the environment, also for plain dbt."""
    return {
        "TIEOUT_LAKE_ROOT": settings.lake_root,
        "TIEOUT_WORK": str(work),
        "TIEOUT_GROUP_CURRENCY": settings.group_currency,
        "TIEOUT_CLOCK": settings.clock,
        "TIEOUT_DUCKDB_EXTENSIONS": str(extensions.default_directory()),
        "TIEOUT_THREADS": str(settings.threads),
        "TIEOUT_MEMORY_LIMIT": settings.memory_limit,
        "DBT_TARGET_PATH": str(work / "dbt_target"),
        "DBT_LOG_PATH": str(work / "dbt_logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        "DO_NOT_TRACK": "1",
    }


@contextlib.contextmanager
def in_environment(given: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the time of a build: left behind, they would win over the next configuration read here."""
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


@contextlib.contextmanager
def _seldom_tidying() -> Iterator[None]:
    """Let Python look for dead cycles seldom while dbt runs.

    What dbt knows of the project are hundreds of thousands of objects that live to the end. Python looked through all
    of them again and again: a second of CPU before the first model. Seldom is not never: what a node leaves is freed.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextlib.contextmanager
def _work_folder(settings: Settings, as_of: datetime | None) -> Iterator[Path]:
    """Yield the private folder of this build, held by a lock so that two builds never mix."""
    root = settings.work_root
    root.mkdir(parents=True, exist_ok=True)
    if as_of is not None:
        folder = Path(tempfile.mkdtemp(prefix="asof-", dir=root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BuildError(f"Another build is running in {root}; wait until it ends.") from error
        yield root


def _dbt(
    settings: Settings, work: Path, *, run_id: str, full_refresh: bool, as_of: datetime | None, events: Events
) -> tuple[int, tuple[str, ...]]:
    # The imports of dbt take seconds; commands that do not build must not pay for them.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    arguments = [
        "build",
        "--project-dir", str(PROJECT / "dbt_project"),
        "--profiles-dir", str(PROJECT),
        "--exclude-resource-type", "unit_test",
        "--log-level", "none", "--log-level-file", "debug",  # what it says is in its log; here our sentence stands
    ]  # fmt: skip
    if full_refresh:
        arguments.append("--full-refresh")
    read = settings.work_root / "dbt_target" / "partial_parse.msgpack"
    if as_of is not None and read.exists():
        arguments += ["--partial-parse-file-path", str(read)]  # the folder is new, but the project was read before
    watcher = _Watcher(events)
    events("build_started", message="Building the mart (dbt on DuckDB)", run_id=run_id)
    # What changes with every build goes through the environment: a changed variable makes dbt read every
    # file again, a changed environment only those that ask for it.
    given = environment(settings, work) | {"TIEOUT_RUN_ID": run_id, "TIEOUT_CODE_VERSION": _code_version()}
    given["TIEOUT_AS_OF"] = "" if as_of is None else as_of.astimezone(UTC).isoformat()
    steady = {name: value for name, value in given.items() if name != "TIEOUT_RUN_ID"}
    said = transcript.Transcript(work / "transcript.json", transcript.key(PROJECT, steady))
    if full_refresh:
        said.forget()
    elif said.holds and (work / "dbt_target" / "manifest.json").exists():
        arguments.append("--no-write-json")  # it would say the same again
    try:
        with in_environment(given), runners.following(said, steady):
            outcome = dbtRunner(callbacks=[watcher, said]).invoke(arguments)
    finally:
        _close_duckdb()
    failures = [r for r in _results(outcome.result) if str(r.status) in {"error", "fail", "runtime error"}]
    if failures or not outcome.success:
        raise BuildError(_failure_sentence(failures, outcome.exception, work))
    said.write()
    warned = tuple(
        f"{r.node.name}: {str(r.message).splitlines()[0]}" for r in _results(outcome.result) if str(r.status) == "warn"
    )
    events(
        "build_finished",
        message=f"Built and tested {watcher.done} nodes",
        nodes=watcher.done,
        warnings=len(warned),
    )
    return watcher.done, warned


def _code_version() -> str:
    """Fingerprint of the project's macros, which dbt does not show to the hook that decides on a full build."""
    digest = hashlib.sha256()
    for folder in ("macros", "materializations"):
        for file in sorted((PROJECT / "dbt_project" / folder).rglob("*.sql")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


class _Watcher:
    """Counts finished nodes as dbt reports them."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.done = 0

    def __call__(self, message: Any) -> None:  # noqa: ANN401 - dbt's event is a protobuf message
        if message.info.name != "NodeFinished":
            return
        self.done += 1
        node = message.data.node_info
        self.events(
            "build_progress",
            message=f"{self.done} done, latest {node.node_name}",
            node=node.node_name,
            done=self.done,
        )


def _results(result: Any) -> list[Any]:  # noqa: ANN401 - dbt's result type depends on the command
    return list(getattr(result, "results", None) or [])


def _failure_sentence(failures: list[Any], exception: BaseException | None, work: Path) -> str:
    log = work / "dbt_logs" / "dbt.log"
    if failures:
        first = failures[0]
        reason = " ".join(str(first.message or first.status).split())[:400]
        others = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        return f"{first.node.resource_type} {first.node.name}{others} failed: {reason}. The whole log is {log}."
    reason = " ".join(str(exception or "dbt stopped without a reason").split())[:400]
    return f"The build could not start: {reason}. The whole log is {log}."


def _close_duckdb() -> None:
    """Let go of the build files: the adapter keeps its connection for the life of the process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    held = DuckDBConnectionManager._ENV  # noqa: SLF001 - the adapter offers no public way
    if held is not None:
        held.close()
        DuckDBConnectionManager._ENV = None  # noqa: SLF001
