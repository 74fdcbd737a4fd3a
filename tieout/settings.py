"""The one typed configuration, read from `tieout.yml` and passed down as values."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from ingestion.connectors.spec import Connection
from lake.errors import ConfigError

DEFAULT_FILE = Path("tieout.yml")
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
FORMS = {
    "group_currency": "a currency of three capital letters is expected, such as EUR",
    "memory_limit": "an amount of memory is expected, such as 4GB or 900MB",
    "name": "small letters, digits and underscores are expected, beginning with a letter, such as psa_emea",
}
InstanceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class FeedSettings(BaseModel):
    """One feed: an instance of a source system and where its extracts arrive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: InstanceName
    system: str = "canonical"
    connection: Connection | None = None
    path: Annotated[Path | None, Field(validate_default=True)] = None
    mode: Literal["delta", "snapshot"] = "delta"
    time_zone: str = "UTC"
    entities: tuple[str, ...] | None = None
    drift: Literal["evolve", "freeze", "discard"] = "evolve"
    max_delete_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    max_unpack_ratio: Annotated[float, Field(ge=1)] = 250
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300

    @property
    def where(self) -> str:
        """Where its extracts come from, for people; never a secret."""
        return str(self.path) if self.connection is None else f"{self.connection.kind} connection"

    @field_validator("path")
    @classmethod
    def _is_somewhere(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if (value is None) == (info.data.get("connection") is None):
            message = "a feed has either a path or a connection"
            raise ValueError(message)
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import available_timezones  # noqa: PLC0415 - reads the zone database once, here only

        if value not in available_timezones():
            message = f"{value!r} is not a time zone; write one such as Europe/Berlin"
            raise ValueError(message)
        return value


class Settings(BaseSettings):
    """Everything a run needs to know.

    Paths are relative to the configuration file. Secrets are never in it: object-store credentials come
    from the environment (`AWS_ACCESS_KEY_ID` and the like).
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="TIEOUT_")

    group_currency: Currency = "EUR"
    lake_root: str = "lake/data"
    mart_root: Path | None = None
    clock: Literal["now", "data"] = "now"
    keep_runs: Annotated[int, Field(ge=1, le=1000)] = 3
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(MB|GB)$")] = "4GB"
    port: Annotated[int, Field(ge=1, le=65535)] = 8501
    feeds: tuple[FeedSettings, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment (`TIEOUT_LAKE_ROOT` …) win over the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @model_validator(mode="after")
    def _feeds_are_distinct(self) -> Settings:
        names = [feed.name for feed in self.feeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"the name {twice[0]!r} is used twice; a name is one instance of one system"
            raise ValueError(message)
        return self

    @property
    def is_local(self) -> bool:
        """Whether the lake lies on a disk of this machine."""
        return "://" not in self.lake_root

    @property
    def work_root(self) -> Path:
        """The folder of the private build files; always on a local disk."""
        return self.mart_folder.parent / "work"

    @property
    def mart_folder(self) -> Path:
        """The folder of the published mart files; always on a local disk."""
        if self.mart_root is not None:
            return self.mart_root
        return Path(self.lake_root) / "mart"


def forget_environment() -> None:
    """Take out of this process what would win over a file, for who must keep to theirs: the demo, tests, benchmarks."""
    prefix = str(Settings.model_config["env_prefix"])
    known = {prefix + name.upper() for name in Settings.model_fields}
    for name in [name for name in os.environ if name.upper() in known]:
        del os.environ[name]


def load(file: Path | None = None) -> Settings:
    """Read the configuration from `file` (default: tieout.yml here).

    Raises ConfigError with one sentence that names the file and the key.
    """
    path = file or DEFAULT_FILE
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; give --config the file in it.")
    if not path.is_file():
        raise ConfigError(f"There is no configuration file {path}; copy tieout.yml of the README or give --config.")
    try:
        values = YamlConfigSettingsSource(Settings, yaml_file=path).yaml_data
    except (TypeError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):
            raise ConfigError(f"{path} holds no keys; it begins like `group_currency: EUR`.") from error
        raise ConfigError(f"{path} is no text in UTF-8; write it as tieout.yml is written.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark is not None else ""
        raise ConfigError(f"{path}{where} is not valid YAML; mend that line.") from error
    return _validated(values, path)


def _validated(values: dict[str, Any], path: Path) -> Settings:
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_fault(error)}") from None  # a secret may stand in what was given
    base = path.resolve().parent
    root = str(base / settings.lake_root) if settings.is_local else settings.lake_root
    if not settings.is_local and settings.mart_root is None:
        raise ConfigError(f"{path}: key mart_root: name a local folder for the mart, as lake_root is an object store.")
    return settings.model_copy(
        update={
            "lake_root": root,
            "mart_root": base / settings.mart_root if settings.mart_root is not None else None,
            "feeds": tuple(
                f.model_copy(
                    update={
                        "path": f.path and base / f.path,
                        "system": _system(f, base),
                        "connection": f.connection and f.connection.under(base),
                    }
                )
                for f in settings.feeds
            ),
        }
    )


def _fault(error: ValidationError) -> str:
    """Return a sentence on the first key that does not fit."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "feeds"
    if first["type"] == "extra_forbidden":
        model = FeedSettings if first["loc"][0] == "feeds" else Settings
        meant = difflib.get_close_matches(str(first["loc"][-1]), model.model_fields, n=1)
        hint = f"did you mean {meant[0]}?" if meant else f"known are {', '.join(model.model_fields)}."
        return f"there is no key {key}; {hint}"
    given = first.get("input")
    # What stands under a connection may be a secret in the wrong place: it is not repeated. Nor is a whole file.
    found = "" if "connection" in first["loc"] or isinstance(given, dict | list | tuple) else f" (found {given!r})"
    return f"key {key}: {_expected(first['type'], str(first['msg']), key.rpartition('.')[2])}{found}."


def _expected(kind: str, said: str, key: str) -> str:
    """Return what was expected, in words of ours where the library's speak of patterns and tuples."""
    if kind == "string_pattern_mismatch":
        return FORMS.get(key, said)
    if kind in {"tuple_type", "list_type"}:
        return "a list is expected, each entry on a line that begins with a dash"
    if kind in {"model_type", "model_attributes_type"}:
        return "a mapping is expected, such as {name: psa, path: drops/psa}"
    if kind == "path_type":
        return "the path of a file or folder is expected, such as drops/psa"
    return said.removeprefix("Value error, ")


def _system(feed: FeedSettings, base: Path) -> str:
    """Return the feed's adapter: a name that ships, or the path of the user's own YAML file."""
    return str(base / feed.system) if feed.system.endswith((".yml", ".yaml")) else feed.system
