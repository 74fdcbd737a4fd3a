"""The columns that every row carries, whatever its entity."""

from __future__ import annotations

from lake.contracts.model import Column, Kind

#: What ingestion adds to a row unless the extract gives it.
ENVELOPE: tuple[Column, ...] = (
    Column("source_system", Kind.ID, "The feed instance the row comes from; part of every key.", required=True),
    Column(
        "updated_at",
        Kind.TS,
        "Last change at the source; where empty, the end of the manifest's window, else the file's time.",
    ),
    Column("is_deleted", Kind.BOOL, "Whether the source has deleted the row.", default="false"),
)

#: What ingestion alone writes, so that every row can be traced to the line of the file it came from.
AUDIT: tuple[Column, ...] = (
    Column("_batch_id", Kind.INT, "The batch that landed the row."),
    Column("_file", Kind.TEXT, "The file it was read from."),
    Column("_row", Kind.INT, "Its number in that file."),
    Column("_ingested_at", Kind.TS, "When it was landed."),
    Column("_correlation_id", Kind.TEXT, "The thread that ties it to the run that landed it."),
    Column("_row_hash", Kind.TEXT, "Fingerprint of its content, to tell a change from a repeat."),
    Column("_extra", Kind.TEXT, "Columns the contract does not know, as JSON text."),
)
