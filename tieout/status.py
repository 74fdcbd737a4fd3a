"""`tieout status`: what landed, what was held back, what is published, how the lake's tables are."""

from __future__ import annotations

import json

import duckdb

from ingestion.correcting import sentence
from ingestion.corrections import corrections
from lake import catalogue, health, publish
from lake.store import Lake
from tieout.query import Format
from tieout.query import render as render_rows
from tieout.settings import Settings
from tieout.stores import open_lake

#: `held` is what is still kept out: a refused row of a batch that was replayed, or that landed corrected, is resolved,
#: or refused again there. A corrected row is the same row in every replay of its batch.
BATCHES = """
with started as (
    select batch_id, coalesce(try_cast(json_extract_string(plan, '$.replays') as bigint), batch_id) as first_batch_id
    from lake.batches where status = 'started'
), corrected as (
    select distinct
        started.first_batch_id, json_extract_string(actions.payload, '$.entity') as entity,
        json_extract_string(actions.payload, '$.file') as file,
        cast(json_extract_string(actions.payload, '$.row') as bigint) as row,
        json_extract_string(actions.payload, '$.source') as source
    from lake.action as actions
    inner join lake.batch_files as files on files.file = '_resubmitted/' || actions.action_id || '.ndjson'
    inner join started on started.batch_id = cast(json_extract_string(actions.payload, '$.batch') as bigint)
    where actions.action_type = 'resubmit'
), committed as (
    select
        batches.*, coalesce(first_batch_id, batch_id) as first_batch_id,
        batch_id = max(batch_id) over (partition by coalesce(first_batch_id, batch_id)) as speaks
    from lake.batches as batches left join (select * from started) as firsts using (batch_id)
    where status = 'committed'
), corrected_rows as (
    select committed.batch_id, count(*) as corrected
    from lake.quarantine as held inner join committed using (batch_id)
    where exists (
        select 1 from corrected
        where corrected.first_batch_id = committed.first_batch_id and corrected.entity = held.entity
            and corrected.file = held.file and corrected.row = held.row
            and coalesce(corrected.source, held.source, '') = coalesce(held.source, corrected.source, '')
    )
    group by committed.batch_id
)
select
    source_system as feed, count(*) as batches, sum(rows_read) as rows_read, sum(landed) as landed,
    sum(quarantined) as quarantined,
    coalesce(sum(quarantined - coalesce(corrected, 0)) filter (where speaks), 0) as held,
    sum(excluded) as excluded, max("at") as newest_batch, max(max_updated_at) as data_as_of
from committed left join corrected_rows using (batch_id)
group by source_system
order by source_system
"""
#: What was refused and has not been put right since by a batch of the same feed; nothing of it landed.
#: A correction that was refused stands by itself, until somebody withdraws or replaces it.
REFUSED = """
with corrections as (
    select batch_id from lake.batches
    where status = 'started' and json_extract_string(plan, '$.resubmits') is not null
), closed as (
    select
        source_system as feed, batch_id, "at", message, status,
        max(batch_id) filter (where status = 'committed') over (partition by source_system) as newest_committed,
        count(*) filter (where status = 'refused') over (partition by source_system) as refused_ever
    from lake.batches
    where status <> 'started' and batch_id not in (select batch_id from corrections)
)
select feed, max(batch_id) as batch, max("at") as refused_at, max_by(message, batch_id) as reason,
    count(*) as refused_since_last_landed, max(refused_ever) as refused_ever
from closed
where status = 'refused' and batch_id > coalesce(newest_committed, 0)
group by feed
order by feed
"""
#: What a person should know of the newest batch of each feed, though it landed.
NOTED = """
select source_system as feed, max(batch_id) as batch, max_by(message, batch_id) as note
from lake.batches
where status = 'committed'
group by source_system
having max_by(coalesce(message, ''), batch_id) <> ''
order by source_system
"""
#: Columns that extracts bring and no contract knows.
DRIFT = """
with seen as (
    select
        files.feed, files.entity, unnest(cast(json_extract_string(files.drift, '$[*]') as varchar[])) as column_name,
        files.file, batches."at"
    from lake.batch_files as files
    inner join lake.batches as batches on files.batch_id = batches.batch_id and batches.status = 'committed'
    where files.drift <> '[]'
    union all
    select
        feed, frozen_entity, unnest(cast(json_extract_string(frozen_columns, '$[*]') as varchar[])), frozen_file, "at"
    from lake.batches where frozen_columns is not null
)
select
    feed, entity, column_name, min("at") as first_seen_at, max("at") as last_seen_at,
    count(distinct file) as files
from seen
group by feed, entity, column_name
order by feed, entity, column_name
"""
TABLES = ("table", "rows", "files", "small_files", "megabytes", "commits_since_checkpoint", "state")


def render(settings: Settings, *, output: Format) -> str:
    """Return the state of the lake and the mart as text: the feeds, what was refused, the tables that hold anything.

    As JSON an object with `feeds`, `refused`, `corrections` (those refused), `notes`, `drift`, `tables` and `mart` (as
    JSON lines in one line); as CSV two blocks, feeds and tables, with a blank line between them.
    Raises BuildError where there is no lake yet.
    """
    lake = open_lake(settings)
    rows_as: Format = "json" if output == "jsonl" else output
    mart = publish.published(settings.mart_folder)
    with catalogue.connect(lake, mart, tables=("batches", "batch_files", "action", "quarantine")) as connection:
        feeds = _asked(connection, BATCHES, rows_as)
        refused = _asked(connection, REFUSED, "json")
        noted = _asked(connection, NOTED, "json")
        drift = _asked(connection, DRIFT, "json")
        unknown = _asked(connection, DRIFT, "table") if output == "table" and json.loads(drift) else ""
    wrong = [one for one in corrections(lake) if one.state == "refused"]
    tables = render_rows(TABLES, _tables(lake), output=rows_as)
    if rows_as == "json":
        said = {"feeds": json.loads(feeds), "refused": json.loads(refused), "drift": json.loads(drift)}
        said |= {"corrections": [vars(one) for one in wrong]}
        said |= {"notes": json.loads(noted), "tables": json.loads(tables), "mart": mart.name if mart else None}
        return json.dumps(said, indent=1 if output == "json" else None) + "\n"
    if output == "csv":
        return f"{feeds}\n{tables}"
    sentences = "".join(
        f"Refused: feed {one['feed']}, batch {one['batch']}: {reason}\n"
        for one in json.loads(refused)
        for reason in one["reason"].splitlines()
    )
    sentences += "".join(f"Refused: feed {one.feed}, {sentence(one)}\n" for one in wrong)
    sentences += "".join(
        f"Note: feed {one['feed']}, batch {one['batch']}: {one['note']}\n" for one in json.loads(noted)
    )
    known_to_none = f"Columns that no contract knows (key feeds.drift):\n{unknown}" if unknown else ""
    published = mart.name if mart else "none yet; run `tieout build`"
    return f"{feeds}{sentences}{known_to_none}{tables}Published mart: {published}\n"


def _asked(connection: duckdb.DuckDBPyConnection, query: str, output: Format) -> str:
    result = connection.execute(query)
    return render_rows([column[0] for column in result.description or []], result.fetchall(), output=output)


def _tables(lake: Lake) -> list[tuple[object, ...]]:
    return [
        (
            table.table, table.rows, table.files, table.small_files, round(table.bytes / 2**20, 1),
            table.commits_since_checkpoint, table.state,
        )
        for table in health.tables(lake)
        if table.files
    ]  # fmt: skip
