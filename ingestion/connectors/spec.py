"""What a configuration says of a connection: where the source is and how to come in; secrets by reference only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ingestion.connectors.secret import Reference

Port = Annotated[int, Field(ge=1, le=65535)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PostgresSpec(_Spec):
    """A PostgreSQL database: tables are read by `parallel` connections within one snapshot.

    What was committed late is caught by reading the last `overlap_seconds` before the newest row again.
    """

    kind: Literal["postgres"]
    host: str
    port: Port = 5432
    database: str
    user: str
    password: Reference | None = None
    ssl_mode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    parallel: Annotated[int, Field(ge=1, le=16)] = 2
    overlap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300


Connection = Annotated[PostgresSpec, Field(discriminator="kind")]
