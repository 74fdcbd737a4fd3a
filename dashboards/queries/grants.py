"""The access grants of one person."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dashboards.entitlement import Rights
from dashboards.mart import Run, fetch, tables

NOBODY = Rights(who="rights look-up", grants=())


def grants_of(run: Run, email: str) -> Rights:
    """Return what the served run's grants in force give to `email`; without a grant nothing is shown."""
    if not email or "dim_access_grant" not in tables(run):
        return Rights(who=email or "someone without an e-mail address", grants=())
    rows = fetch(
        run, NOBODY,
        """
        select legal_entity_key, practice, coalesce(may_see_rates, false) as may_see_rates
        from mart.dim_access_grant, mart.build_info
        where lower(user_email) = lower(?)
            and (valid_to is null or valid_to > greatest(cast(build_time as date), cast(? as date)))
        order by all
        """,
        # Today is given, not asked of the database: it is part of the cache key, so a grant ends with its day.
        (email, today().isoformat()),
    )  # fmt: skip
    pairs = list(zip(rows["legal_entity_key"], rows["practice"], strict=True))
    with_rates = [pair for pair, may in zip(pairs, rows["may_see_rates"], strict=True) if may]
    return Rights(
        who=email,
        grants=tuple(dict.fromkeys(pairs)),
        rates=tuple(dict.fromkeys(with_rates)),
    )


def today() -> date:
    """Return the day on which a grant is asked for."""
    return datetime.now(UTC).date()
