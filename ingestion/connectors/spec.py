"""What a configuration says of a connection: where the source is and how to come in; secrets by reference only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from ingestion.connectors.secret import Reference, is_reference, looks_secret, names_secret

_HERE = ("localhost", "127.0.0.1", "::1")

Port = Annotated[int, Field(ge=1, le=65535)]


def _safe(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise PydanticCustomError("address", "is no address") from None
    if parts.username or parts.password:
        raise PydanticCustomError("address", "write no user or password into an address")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise PydanticCustomError("address", "must begin with https://")
    if parts.query or parts.fragment:
        raise PydanticCustomError("address", "write nothing behind ? or # into an address: a secret often stands there")
    if any(looks_secret(part) for part in parts.path.split("/")):
        raise PydanticCustomError("address", "seems to hold a secret: say it under auth, by reference")
    return address.rstrip("/")


#: An address that secrets may be sent to: encrypted, or on this machine.
WebAddress = Annotated[str, AfterValidator(_safe)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    #: Whether nobody ever sees half of what somebody is still writing there.
    arrives_whole: ClassVar[bool] = True

    def under(self, base: Path) -> Self:
        """Return the same with the relative paths of files and `file:` references taken from the folder `base`."""
        return self.model_copy(update={name: _under(value, base) for name, value in self})


def _under(value: object, base: Path) -> object:
    if isinstance(value, _Spec):
        return value.under(base)
    if isinstance(value, Path):
        return base / value
    if isinstance(value, dict):
        return {key: _under(said, base) for key, said in value.items()}
    if isinstance(value, str) and value.startswith("file:"):
        return f"file:{base / value.removeprefix('file:')}"
    return value


class PostgresSpec(_Spec):
    """A PostgreSQL database: tables are read by `parallel` connections within one snapshot.

    Another machine must prove who it is (`verify-full`), by a certificate of an authority in `ca_file` or, without
    one, that this machine trusts; what stays on this machine need not (`prefer`). `ssl_mode` says otherwise.

    What was committed late is caught by reading the last `overlap_seconds` before the newest row again, or, of a
    cursor that is a number, the last `overlap_numbers`.
    """

    kind: Literal["postgres"]
    host: str
    port: Port = 5432
    database: str
    user: str
    password: Reference | None = None
    ssl_mode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] | None = None
    ca_file: Path | None = None
    parallel: Annotated[int, Field(ge=1, le=16)] = 2
    overlap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    overlap_numbers: Annotated[int, Field(ge=0, le=10_000_000)] = 10_000

    @property
    def security(self) -> str:
        """How the connection is secured, where `ssl_mode` does not say."""
        # A host that is a folder is a socket's.
        return self.ssl_mode or ("prefer" if self.host in _HERE or self.host.startswith("/") else "verify-full")


class OAuth2Spec(_Spec):
    """OAuth2 client credentials: a token is asked for with the client's secret, and again when it expires."""

    kind: Literal["oauth2"]
    token_url: WebAddress
    client_id: str
    client_secret: Reference
    scope: str | None = None


class HeaderSpec(_Spec):
    """A header that carries a secret, such as Authorization or an API key; `prefix` goes before it (`Bearer `)."""

    kind: Literal["header"]
    name: str = "Authorization"
    prefix: str = ""
    value: Reference


class RestSpec(_Spec):
    """An HTTPS service: each answer is kept as it came. What to ask for, the adapter says.

    `headers` go with every request; the value of one that carries a secret is a reference. A run takes no longer
    than `deadline_seconds` and no more than `max_bytes`. Where only what changed is asked for, it is from
    `overlap_seconds`, or of a number `overlap_numbers`, before the newest record on: what was saved late is found.
    """

    kind: Literal["rest"]
    base_url: WebAddress
    auth: Annotated[OAuth2Spec | HeaderSpec, Field(discriminator="kind")] | None = None
    headers: dict[str, str] = {}
    ca_file: Path | None = None

    @field_validator("headers")
    @classmethod
    def _no_secret(cls, value: dict[str, str]) -> dict[str, str]:
        for name, said in value.items():
            if is_reference(said):
                continue
            if names_secret(name) or looks_secret(said):
                raise PydanticCustomError(
                    "secret", "write the value of a header that carries a secret as env:NAME or file:PATH, never itself"
                )
        return value

    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    attempts: Annotated[int, Field(ge=1, le=20)] = 6
    longest_wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 300
    deadline_seconds: Annotated[float, Field(gt=0, le=7 * 86_400)] = 4 * 3600
    max_bytes: Annotated[int, Field(ge=1)] = 16 << 30
    overlap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    overlap_numbers: Annotated[int, Field(ge=0)] = 1000


class SftpSpec(_Spec):
    """A folder on an SFTP server; the server's key must stand in `known_hosts`."""

    arrives_whole: ClassVar[bool] = False
    kind: Literal["sftp"]
    host: str
    port: Port = 22
    user: str
    known_hosts: Path
    folder: str = "."
    password: Reference | None = None
    private_key: Reference | None = None
    passphrase: Reference | None = None
    attempts: Annotated[int, Field(ge=1, le=20)] = 4


class S3Spec(_Spec):
    """A bucket of an S3-compatible store; without a key, the environment or the machine's role lets in."""

    kind: Literal["s3"]
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    prefix: str = ""
    endpoint: WebAddress | None = None
    region: str = "us-east-1"
    access_key_id: Reference | None = None
    secret_access_key: Reference | None = None


Connection = Annotated[PostgresSpec | RestSpec | SftpSpec | S3Spec, Field(discriminator="kind")]
