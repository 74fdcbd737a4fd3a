"""JSON in one form only, so that the same content always has the same hash."""

from __future__ import annotations

import json


def canonical(content: object) -> str:
    """Return `content` as JSON: members in the order of their names, no blanks, text unescaped where it may be.

    The dbt macro `json_record` writes the same form.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
