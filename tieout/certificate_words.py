"""What a verification found, in plain words: one sentence on the seals, then one line a certificate."""

from __future__ import annotations

import json
from dataclasses import asdict

from lake.certificates import Checked, Verification


def render(found: Verification) -> str:
    """Return the sentence that says whether everything is as it was sealed, and each period's verdict."""
    lines = [_sentence(found)]
    for one in found.checked:
        verdict = "certified" if one.is_certified else f"not certified: {one.reason}"
        lines.append(f"  {one.legal_entity} {one.period} is {verdict}.")
    return "\n".join(lines)


def lines(found: Verification) -> str:
    """Return the same as JSON lines: the whole verification first, then each certificate."""
    whole = {
        "event": "certificates_verified", "run_id": found.run_id, "is_intact": found.is_intact,
        "batches": found.evidence.batches, "files": found.evidence.files, "findings": found.evidence.findings,
        "message": _sentence(found),
    }  # fmt: skip
    return "\n".join(json.dumps(one, default=str) for one in (whole, *(asdict(one) for one in found.checked)))


def _sentence(found: Verification) -> str:
    many = len(found.checked) != 1
    what = f"The {len(found.checked)} certificates" if many else f"The certificate of {_named(found.checked[0])}"
    if found.is_intact:
        return (
            f"{what} of run {found.run_id} {'are' if many else 'is'} intact: the figures of the mart, "
            f"{found.evidence.batches} batches and {found.evidence.files} archived files are as they were sealed."
        )
    parts = [f"{_named(one)}: {finding}" if many else finding for one in found.checked for finding in one.findings]
    parts += found.evidence.findings
    return f"{what} of run {found.run_id} {'are' if many else 'is'} not intact: {'; '.join(parts)}."


def _named(one: Checked) -> str:
    return f"{one.legal_entity} {one.period}"
