"""Which ids mean the same thing, and who may see what."""

from __future__ import annotations

from lake.contracts.model import Column, Entity, Kind, Sensitivity

DOMAIN = "governance"
OWNER = "Governance"

XREF = Entity(
    name="xref",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row an id of a system and period in which it stands for a canonical id",
    key=("entity_type", "system", "source_id", "valid_from"),
    columns=(
        Column(
            "entity_type",
            Kind.ENUM,
            "The kind of thing the id names.",
            required=True,
            values=(
                "customer",
                "employee",
                "project",
                "contract",
                "contract_line",
                "vendor",
                "account",
                "cost_center",
                "legal_entity",
            ),
        ),
        Column("system", Kind.ID, "The feed instance that uses the id.", required=True),
        Column("source_id", Kind.ID, "The id there.", required=True),
        Column("valid_from", Kind.DATE, "First day the mapping counts, by the date of the fact.", required=True),
        Column("canonical_id", Kind.ID, "The id it stands for in the owning system.", required=True),
        Column("valid_to", Kind.DATE, "First day the mapping no longer counts; empty means open."),
        Column("approved_by", Kind.TEXT, "Who approved the mapping.", sensitivity=Sensitivity.PERSONAL),
    ),
)

ACCESS_GRANT = Entity(
    name="access_grant",
    domain=DOMAIN,
    owner=OWNER,
    grain="one row a person, role, legal entity and practice granted",
    key=("user_email", "role", "legal_entity_id", "practice"),
    columns=(
        Column(
            "user_email",
            Kind.TEXT,
            "The person granted access.",
            required=True,
            sensitivity=Sensitivity.PERSONAL,
        ),
        Column(
            "role",
            Kind.ENUM,
            "The role granted.",
            required=True,
            values=("executive", "finance", "delivery", "support", "admin"),
        ),
        Column("legal_entity_id", Kind.ID, "The entity whose rows may be seen; * means all.", required=True),
        Column("practice", Kind.TEXT, "The practice whose rows may be seen; * means all.", required=True),
        Column("may_see_rates", Kind.BOOL, "Whether pay and cost rates may be seen."),
        Column("valid_to", Kind.DATE, "First day the grant no longer counts; empty means open."),
    ),
)

#: The entities of this domain, in the order of the specification.
ENTITIES: tuple[Entity, ...] = (
    XREF,
    ACCESS_GRANT,
)
