"""The access grants of one person."""

from __future__ import annotations

from dashboards.entitlement import Rights
from dashboards.mart import Run, fetch, tables

NOBODY = Rights(who="rights look-up", grants=(), may_see_rates=False)


def grants_of(run: Run, email: str) -> Rights:
    """Return what the served run's grants in force give to `email`; without a grant nothing is shown."""
    if not email or "dim_access_grant" not in tables(run):
        return Rights(who=email or "someone without an e-mail address", grants=(), may_see_rates=False)
    rows = fetch(
        run, NOBODY,
        """
        select distinct legal_entity_key, practice, role, coalesce(may_see_rates, false) as may_see_rates
        from mart.dim_access_grant, mart.build_info
        where lower(user_email) = lower(?) and (valid_to is null or valid_to > cast(build_time as date))
        order by all
        """,
        (email,),
    )  # fmt: skip
    return Rights(
        who=email,
        grants=tuple(zip(rows["legal_entity_key"], rows["practice"], strict=True)),
        may_see_rates=bool(rows["may_see_rates"].any()),
        roles=tuple(sorted(set(rows["role"]))),
    )
