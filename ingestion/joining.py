"""Look up rows of other sources: by key, or by key and the version that is in force or comes next."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ingestion.adapter import Join, Ordered, sql
from ingestion.functions import applied
from ingestion.readers.chunk import ROW
from lake.errors import BatchRefused, ContractError

_AT = "=at"
_PLACE = "=place"
#: How many columns of a file a sentence shows.
_SHOWN = 12
#: Which file a row that is looked up stands in.
FILE = "=file"


class Lookup:
    """A source's rows, to be looked up; what a join needs of them is made once for all chunks.

    `files` are the patterns of its files' names.
    """

    def __init__(self, frame: pl.DataFrame, files: str = "") -> None:
        self.frame, self.files = frame, files
        self._keyed: dict[int, tuple[Join, pl.DataFrame]] = {}

    def repeated(self, join: Join) -> int:
        """Return how many keys come several times, of which only the last row is ever found."""
        keys = _keys(self.frame, list(join.match.values()), self.files or join.source)
        order = join.after or join.upto
        if order is not None:
            keys = keys.with_columns(_version(self.frame, order.there, order, self.files or join.source))
        whole = keys.drop_nulls()
        return whole.group_by(whole.columns).len().filter(pl.col("len") > 1).height

    def keyed(self, join: Join) -> pl.DataFrame:
        """Return the rows, each as one struct named as the join, beside their keys and what orders their versions.

        Of several rows with the same key, and of the same version, the last stays; a row without a key is none.
        """
        if id(join) not in self._keyed:
            keys = _keys(self.frame, list(join.match.values()), self.files or join.source)
            order = join.after or join.upto
            if order is not None:
                keys = keys.with_columns(_version(self.frame, order.there, order, self.files or join.source))
            boxed = keys.with_columns(
                self.frame.select(pl.struct(pl.exclude(ROW, FILE)).alias(join.name)).to_series(),
                self._stands_in().alias(place_of(join.name)),
            )
            whole = boxed.drop_nulls(subset=keys.columns)
            self._keyed[id(join)] = join, whole.unique(subset=keys.columns, keep="last", maintain_order=True)
        return self._keyed[id(join)][1]

    def _stands_in(self) -> pl.Series:
        """Return where each row stands: its file, where that is known, and its number in it."""
        known = self.frame.columns
        file = pl.col(FILE) if FILE in known else pl.lit(None, dtype=pl.String)
        place = pl.struct(file=file, row=ROW if ROW in known else pl.lit(0))
        return self.frame.with_columns(place.alias(_PLACE))[
            _PLACE
        ]  # beside its columns, since constants alone are one row


def place_of(join: str) -> str:
    """Return the name of the column that tells where the row that a join found stands."""
    return f"=place of {join}"


def joined(frame: pl.DataFrame, join: Join, other: Lookup, *, file: str) -> pl.DataFrame:
    """Look up one row of another source for each row here; a row with none gets nulls."""
    if join.name in frame.columns:
        raise ContractError(f"the source {join.name} is called as a column of {file}: name it otherwise with `as`")
    if not other.frame.width:
        raise BatchRefused(
            f"no file of the source {join.source} ({other.files}) has come, which {file} looks up: leave its files in "
            "the feed's folder; nothing is landed"
        )
    there = other.keyed(join)
    here = _keys(frame, list(join.match), file)
    wide = pl.concat([frame, here], how="horizontal")
    order = join.after or join.upto
    if order is None:
        return wide.join(there, on=here.columns, how="left", maintain_order="left").drop(here.columns)
    wide = wide.with_columns(_version(frame, order.here, order, file))
    found = _versions(wide, there, here.columns, join)
    return found.drop([*here.columns, _AT])


def run(frame: pl.DataFrame, wanted: Mapping[str, pl.Expr], *, file: str) -> pl.DataFrame:
    """Compute expressions over a frame, row for row; raises where a column is missing or the SQL cannot be run."""
    try:
        # Constants alone would give one row: computing beside the frame's columns keeps its height.
        result = frame.with_columns(e.alias(f"={name}") for name, e in wanted.items())
    except (pl.exceptions.ColumnNotFoundError, pl.exceptions.StructFieldNotFoundError) as error:
        raise _lacking(frame, wanted, str(error).splitlines()[0], file=file) from None
    except pl.exceptions.PolarsError as error:
        names = ", ".join(wanted)
        raise ContractError(f"the adapter's SQL for {names} fails on file {file}: {error}") from None
    return result.select(pl.col(f"={name}").alias(name) for name in wanted)


def _lacking(frame: pl.DataFrame, wanted: Mapping[str, pl.Expr], brief: str, *, file: str) -> BatchRefused:
    asked = dict.fromkeys(name for made in wanted.values() for name in made.meta.root_names())
    lacking = ", ".join(name for name in asked if name not in frame.columns)
    has = [name for column in frame.columns if _is_sent(column) for name in _members(column, frame.schema[column])]
    shown = ", ".join(map(repr, has[:_SHOWN])) + (", …" if len(has) > _SHOWN else "")
    return BatchRefused(
        f"file {file} lacks a column that the adapter maps: {lacking or brief}; it has {shown}: send it as before, "
        "or give the column's new name in the adapter (key `names` of its source)"
    )


def _is_sent(column: str) -> bool:
    return column != ROW and not column.startswith("=")


def _members(column: str, kind: pl.DataType) -> list[str]:
    return [f"{column}.{member.name}" for member in kind.fields] if isinstance(kind, pl.Struct) else [column]


def _keys(frame: pl.DataFrame, expressions: list[str], name: str) -> pl.DataFrame:
    made = run(frame, {f"=key_{i}": sql(text, name) for i, text in enumerate(expressions)}, file=name)
    return made.select(pl.all().cast(pl.String))


def _version(frame: pl.DataFrame, text: str, order: Ordered, name: str) -> pl.Series:
    return run(frame, {_AT: applied(sql(text, name), order.apply).cast(pl.String)}, file=name)[_AT]


def _versions(wide: pl.DataFrame, there: pl.DataFrame, keys: list[str], join: Join) -> pl.DataFrame:
    """Find for each row the next version there, or the one in force; texts are compared by their rank among all."""
    rank = pl.concat([wide[_AT], there[_AT]]).rank("dense").cast(pl.Int64)
    here = wide.with_columns(rank.head(wide.height).alias("=rank")).with_row_index(_PLACE)
    others = there.drop(_AT).with_columns(rank.tail(there.height).alias("=rank")).sort("=rank")
    whole = here.drop_nulls(subset=["=rank", *keys]).sort("=rank").select(_PLACE, "=rank", *keys)
    found = whole.join_asof(
        others,
        on="=rank",
        by=keys,
        strategy="forward" if join.after else "backward",
        allow_exact_matches=join.after is None,
        check_sortedness=False,
    ).select(_PLACE, join.name, place_of(join.name))
    return here.join(found, on=_PLACE, how="left", maintain_order="left").drop("=rank", _PLACE)
