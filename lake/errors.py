"""The one error tree: everything that tieout refuses on purpose.

    TieoutError
    ├── ConfigError          a key of tieout.yml, or an environment variable
    ├── ContractError        a declared contract or adapter that does not hold together
    ├── SourceError          a feed's folder, file or connection that cannot be read
    │   └── BatchRefused     a batch that is not landed at all, with the reason
    │       ├── Frozen       one of a frozen feed, for columns that nobody knows
    │       └── Refusals     one for several reasons, each a sentence on a line of its own
    ├── LakeError            the storage layer: tables, archive, catalogue
    │   ├── DamagedError     archived bytes that are lost, or others than those received
    │   └── OvertakenError   another writer came in between: nothing stands, and it may be tried again
    ├── MisuseError          a figure asked for that would mean nothing
    └── BuildError           the mart could not be built or published

A message is one sentence for a person: what, where (file, row, column, value) and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

#: How many reasons of one refusal are told.
_TOLD = 20


class TieoutError(Exception):
    """Base of all errors that end a command with one sentence and no stack trace."""


class ConfigError(TieoutError):
    """The configuration names something that cannot be; the message names the key."""


class ContractError(TieoutError):
    """A contract or an adapter does not hold together."""


class SourceError(TieoutError):
    """A source folder, file or connection cannot be read."""


class BatchRefused(SourceError):  # noqa: N818 - the trade's word for it
    """A batch is refused whole: nothing of it landed."""


class Frozen(BatchRefused):
    """A batch of a frozen feed is refused for unknown `columns` of a file on its way into an entity."""

    def __init__(self, message: str, *, entity: str, file: str, columns: tuple[str, ...]) -> None:
        super().__init__(message)
        self.entity, self.file, self.columns = entity, file, columns


class Refusals(BatchRefused):
    """A batch is refused for several reasons, so that whoever sends it can put all of them right at once."""

    def __init__(self, reasons: Sequence[SourceError]) -> None:
        lines = list(dict.fromkeys(str(reason) for reason in reasons))
        more = [f"and {len(lines) - _TOLD:,} more of the kind"] if len(lines) > _TOLD else []
        super().__init__("\n".join(lines[:_TOLD] + more))
        self.reasons = tuple(reasons)


def together(reasons: Sequence[SourceError]) -> SourceError:
    """Return one error of all: a refusal where any of them is, else what only has to wait."""
    if len(reasons) == 1:
        return reasons[0]
    told = Refusals(reasons)
    return told if any(isinstance(reason, BatchRefused) for reason in reasons) else SourceError(str(told))


class LakeError(TieoutError):
    """The storage layer cannot do what was asked of it."""


class DamagedError(LakeError):
    """The archive has lost bytes, or holds others than those received."""


class OvertakenError(LakeError):
    """Another writer's commit came in between; nothing of this one stands, and it may be tried again."""


class MisuseError(TieoutError):
    """A figure that would mean nothing: two bases added, ratios averaged, balances summed over time."""


class BuildError(TieoutError):
    """The mart could not be built or published; the mart published before stays in place."""


def brief(error: BaseException, longest: int = 300) -> str:
    """Return an error of a library on one line, cut where it is long."""
    return " ".join(str(error).split())[:longest] or type(error).__name__


def plain(error: OSError) -> str:
    """Return what the system said, without its numbers and quotes: the file, then what is wrong with it."""
    return f"{error.filename}: {error.strerror}" if error.filename else " ".join(str(error).split())
