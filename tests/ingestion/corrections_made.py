"""Corrections as a test makes them: proposed by one, approved by another."""

from __future__ import annotations

from ingestion import resubmit
from ingestion.corrections import corrections
from tests.ingestion.conftest import Drop

NEWEST = """
select hours::varchar from lake.time_entry where time_entry_id = 'T2'
qualify row_number() over (order by updated_at desc, _batch_id desc) = 1
"""


def propose(drop: Drop, *, row: int = 2, actor: str = "ann", **changes: str) -> str:
    return resubmit.propose(
        drop.lake, batch=1, file="time_entry.csv", row=row, changes=changes, actor=actor, reason="typing error"
    )


def approved(drop: Drop, row: int, **changes: str) -> str:
    proposal = propose(drop, row=row, **changes)
    resubmit.approve(drop.lake, proposal, approver="bob")
    return proposal


def states(drop: Drop) -> list[str]:
    return [one.state for one in corrections(drop.lake)]


TWO = """
system: shop
sources:
  jobs: {files: "jobs*.csv"}
entities:
  project:
    from: jobs
    columns: {project_id: no, project_code: no, name: title, currency: "'EUR'"}
    assume: {legal_entity_id: L1, billing_model: fixed_fee, status: active}
  task:
    - {from: jobs, columns: {task_id: no, project_id: no, name: title}}
"""
