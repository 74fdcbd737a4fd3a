"""What the columns of a sample seem to hold, for a person who has to map them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from ingestion.readers.chunk import ROW
from lake.contracts.model import DECIMALS, Kind

Guess = Literal[
    "empty", "date", "other_date", "ts", "other_ts", "epoch", "int", "decimal", "comma_decimal", "duration", "bool",
    "other_bool", "id", "text",
]  # fmt: skip

#: A column with no more different values than this may be an enumeration.
_FEW = 30
_SHORT = 40
_MOSTLY_DISTINCT = 0.9

#: Shapes that every value of a column must have, the narrowest first.
_SHAPES: tuple[tuple[Guess, str], ...] = (
    ("bool", r"(?i)^(true|false|yes|no|y|n|t|f|0|1)$"),
    ("other_bool", r"(?i)^(ja|nein|j|n|oui|non|o|si|s|nee|x)$"),
    ("date", r"^\d{4}-\d{2}-\d{2}$"),
    ("other_date", r"^(\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})|\d{4}[./]\d{1,2}[./]\d{1,2}|(19|20)\d{2}[01]\d[0-3]\d)$"),
    ("ts", r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}"),
    ("other_ts", r"^(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./]\d{1,2}[./]\d{1,2}) \d{1,2}:\d{2}(:\d{2})?$"),
    ("epoch", r"^1\d{12}$"),
    ("id", r"^0\d+$"),
    ("int", r"^[+-]?\d+$"),
    ("decimal", r"^[+-]?\d+(\.\d+)?$"),
    ("comma_decimal", r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$"),
    ("duration", r"^-?(\d{1,4}:[0-5]\d(:[0-5]\d)?|P(\d+D)?T?(\d+H)?(\d+M)?(\d+S)?)$"),
)
#: How people write dates; where two of them read a whole column, nobody can tell which is meant.
_FORMS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")

#: Which guesses can become a value of a kind; every guess can become a text or an id.
_FITTING: dict[Kind, frozenset[Guess]] = {
    Kind.DATE: frozenset({"empty", "date", "other_date", "ts"}),
    Kind.TS: frozenset({"empty", "ts", "other_ts", "date", "epoch"}),
    Kind.INT: frozenset({"empty", "int", "bool", "epoch", "other_date"}),
    Kind.BOOL: frozenset({"empty", "bool", "other_bool"}),
    Kind.ENUM: frozenset({"empty", "text", "id", "bool", "other_bool"}),
}
_NUMBERS: frozenset[Guess] = frozenset({"empty", "int", "decimal", "comma_decimal", "bool"})


@dataclass(frozen=True)
class Profile:
    """One column of a sample.

    `empty` is a share from 0 to 1, `scale` the most decimals seen, `values` the different values where
    they are few and short, and none otherwise; `form` is how all its dates are written, where only one form will do.
    A column of another source that is looked up has that source's name before its own, which is `looked_up`.
    """

    name: str
    guess: Guess
    rows: int
    empty: float
    distinct: int
    scale: int = 0
    values: tuple[str, ...] = ()
    form: str | None = None
    looked_up: str | None = None

    @property
    def words(self) -> str:
        """What the column is called in its own source."""
        return self.looked_up or self.name

    def fits(self, kind: Kind) -> bool:
        """Whether what the column seems to hold can be a value of a kind."""
        if kind in DECIMALS:
            return self.guess in _NUMBERS or (kind is Kind.HOURS and self.guess == "duration")
        fitting = _FITTING.get(kind)
        return fitting is None or self.guess in fitting

    def describe(self) -> str:
        """Return in a few words what the column seems to hold; never one of its values."""
        words = {
            "other_date": "dates not written YYYY-MM-DD", "other_ts": "moments written otherwise", "ts": "timestamp",
            "other_bool": "yes or no of another tongue", "epoch": "milliseconds since 1970",
            "comma_decimal": "numbers with a decimal comma", "decimal": f"number, {self.scale} decimals",
        }.get(self.guess, self.guess)  # fmt: skip
        return f"{words}, {self.empty:.0%} empty, {self.distinct} different"


def profile(frame: pl.DataFrame) -> list[Profile]:
    """Return the profile of each column of a frame of texts, in their order; `_row` is left out."""
    # A column that calls itself ^.*$ would be taken for a pattern over all columns: its name stays outside.
    plain = (frame[name].rename("v") for name in frame.columns)
    return [_column(name, series) for name, series in zip(frame.columns, plain, strict=True) if name != ROW]


def _column(name: str, series: pl.Series) -> Profile:
    given = series.filter(series.is_not_null() & (series != ""))
    rows, distinct = series.len(), given.n_unique()
    empty = 1 - given.len() / rows if rows else 1.0
    guess = _guess(given, distinct)
    scale = 0
    if guess == "decimal":
        scale = int(str(given.str.extract(r"\.(\d+)$").str.len_chars().max() or 0))
    short = distinct <= _FEW and guess in {"text", "id", "bool", "other_bool"}
    values = sorted(given.unique().to_list()) if short else []
    kept = tuple(values) if all(len(v) <= _SHORT for v in values) else ()
    form = _form(given) if guess in {"other_date", "other_ts"} else None
    return Profile(name, guess, rows, empty, distinct, scale, kept, form)


def _form(given: pl.Series) -> str | None:
    if given.str.contains(":", literal=True).any():
        seconds = ":%S" if given.str.contains(r":\d+:").all() else ""
        moments = [f"{f} %H:%M{seconds}" for f in _FORMS]
        fitting = [f for f in moments if given.str.to_datetime(f, strict=False).null_count() == 0]
    else:
        fitting = [f for f in _FORMS if given.str.to_date(f, strict=False).null_count() == 0]
    return fitting[0] if len(fitting) == 1 else None


def _guess(given: pl.Series, distinct: int) -> Guess:
    if given.is_empty():
        return "empty"
    for guess, shape in _SHAPES:
        if given.str.contains(shape).all():
            return guess
    spaceless = not given.str.contains(r"\s").any()
    return "id" if spaceless and distinct >= _MOSTLY_DISTINCT * given.len() else "text"
