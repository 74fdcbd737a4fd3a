"""The messages that carry records between systems."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind

DOMAIN = "integration"
OWNER = "Integration middleware"

INTEGRATION_MESSAGE = Entity(
    name="integration_message",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an attempt; the newest attempt of an idempotency_key is its state",
    key=("message_id",),
    event_date="queued_at",
    columns=(
        Column("message_id", Kind.ID, "The attempt's id.", required=True),
        Column(
            "correlation_id",
            Kind.ID,
            "The thread that ties all messages about one business event.",
            required=True,
        ),
        Column(
            "idempotency_key",
            Kind.ID,
            "What is the same in every attempt to deliver the same change.",
            required=True,
        ),
        Column(
            "flow",
            Kind.ENUM,
            "The interface that carried it.",
            required=True,
            values=(
                "project_create",
                "time_to_erp",
                "expense_to_erp",
                "milestone_to_billing",
                "vendor_cost_to_psa",
                "revenue_to_bi",
                "master_data",
                "forecast",
            ),
        ),
        Column("source_name", Kind.TEXT, "The system it was sent from."),
        Column("target_name", Kind.TEXT, "The system it was sent to.", required=True),
        Column("origin_type", Kind.TEXT, "The kind of record carried."),
        Column("origin_system", Kind.ID, "The feed instance that record comes from; source_name where empty."),
        Column("origin_id", Kind.ID, "That record's id there."),
        Column("region", Kind.TEXT, "The region whose integration carried it."),
        Column("attempt", Kind.INT, "Number of the attempt, counted from 1.", required=True),
        Column(
            "status",
            Kind.ENUM,
            "How the attempt ended, or where it stands.",
            required=True,
            values=("queued", "in_progress", "succeeded", "failed", "dead_letter"),
        ),
        Column("payload_hash", Kind.TEXT, "Fingerprint of what was carried, to tell a change from a repeat."),
        Column("replay_of", Kind.ID, "The attempt that this one replays.", refers_to="integration_message"),
        Column("queued_at", Kind.TS, "When it was queued.", required=True),
        Column("started_at", Kind.TS, "When delivery began."),
        Column("finished_at", Kind.TS, "When delivery ended."),
        Column("error_code", Kind.TEXT, "The target's code for the failure."),
        Column("error_message", Kind.TEXT, "What the target said about the failure."),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (INTEGRATION_MESSAGE,)
