"""What the signed-in person may see: rights read from the access grants, never widened by the page."""

from __future__ import annotations

from dataclasses import dataclass

EVERYTHING = "*"
RATES_HIDDEN = (
    "Amounts of single labor and contractor rows are hidden where cost rates are not granted; hours and sums stay."
)


@dataclass(frozen=True)
class Rights:
    """The rows one person may see.

    `grants` are pairs of legal entity key and practice, `*` meaning all; `rates` are those of them that let the
    person see what single people cost; `who` is shown on the screen.
    """

    who: str
    grants: tuple[tuple[str, str], ...]
    rates: tuple[tuple[str, str], ...] = ()

    @property
    def everything(self) -> bool:
        """Whether no row is hidden from this person."""
        return (EVERYTHING, EVERYTHING) in self.grants

    @property
    def every_rate(self) -> bool:
        """Whether no cost rate of the whole firm is hidden from this person."""
        return (EVERYTHING, EVERYTHING) in self.rates

    @property
    def hides_rates(self) -> bool:
        """Whether cost rates are hidden in rows that this person may see."""
        return not self.every_rate and not set(self.grants) <= set(self.rates)

    @property
    def sentence(self) -> str:
        """Say in words what is shown to whom."""
        return f"{self._rows} {RATES_HIDDEN}" if self.hides_rates else self._rows

    @property
    def _rows(self) -> str:
        if self.who == LOCAL.who:
            return "Local mode without sign-in: every row is shown."
        if self.everything:
            return f"Signed in as {self.who}: every row is shown."
        if not self.grants:
            return f"Signed in as {self.who}: no rows are granted to you; ask your administrator."
        return f"Signed in as {self.who}: only the legal entities and practices granted to you are shown."


WHOLE = ((EVERYTHING, EVERYTHING),)
LOCAL = Rights(who="local user", grants=WHOLE, rates=WHOLE)


def predicate(rights: Rights, *, entity: str | None, practice: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition and its parameters that keep only granted rows."""
    return granted(rights.grants, entity=entity, practice=practice)


def granted(
    grants: tuple[tuple[str, str], ...], *, entity: str | None, practice: str | None
) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition and its parameters that hold for the rows which one of `grants` is about.

    A table without a practice column shows only what is granted for all practices of an entity; one without
    a legal entity only what is granted for all entities. Nothing granted is nothing shown.
    """
    if (EVERYTHING, EVERYTHING) in grants:
        return "true", ()
    choices: list[str] = []
    values: list[str] = []
    for granted_entity, granted_practice in grants:
        parts: list[str] = []
        found: list[str] = []
        for column, granted in ((entity, granted_entity), (practice, granted_practice)):
            if granted == EVERYTHING:
                continue
            if column is None:
                break
            parts.append(f"{column} = ?")
            found.append(granted)
        else:
            choices.append("(" + " and ".join(parts) + ")" if parts else "true")
            values.extend(found)
    return ("(" + " or ".join(choices) + ")" if choices else "false"), tuple(values)
