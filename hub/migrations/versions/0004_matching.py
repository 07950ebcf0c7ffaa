"""Tables of hub.matching."""

import sqlalchemy as sa
from alembic import op

revision = "0004_matching"
down_revision = "0003_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "citizens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_citizens"),
        sa.ForeignKeyConstraint(["merged_into"], ["citizens.id"], name="fk_citizens_merged_into_citizens"),
    )
    op.create_index("ix_citizens_merged_into", "citizens", ["merged_into"])
    op.create_table(
        "citizen_identifiers",
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("national", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("namespace", "value", name="pk_citizen_identifiers"),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name="fk_citizen_identifiers_citizen_id_citizens",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index("ix_citizen_identifiers_digest", "citizen_identifiers", ["digest"])
    op.create_index("ix_citizen_identifiers_citizen_id", "citizen_identifiers", ["citizen_id"])
    op.create_table(
        "identity_claims",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("national", sa.Boolean(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("record_id", "namespace", "value", "replaced", name="pk_identity_claims"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_identity_claims_record_id_records"),
    )
    op.create_index("ix_identity_claims_namespace_value", "identity_claims", ["namespace", "value"])
    op.create_table(
        "record_parties",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("party_index", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "party_index", name="pk_record_parties"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_parties_record_id_records"),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name="fk_record_parties_citizen_id_citizens"),
    )
    op.create_index("ix_record_parties_citizen_id", "record_parties", ["citizen_id"])
    op.create_table(
        "party_identifiers",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("party_index", sa.Integer(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("national", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "party_index", "namespace", "value", name="pk_party_identifiers"),
        sa.ForeignKeyConstraint(
            ["record_id", "party_index"],
            ["record_parties.record_id", "record_parties.party_index"],
            name="fk_party_identifiers_record_id_party_index_record_parties",
        ),
    )
    op.create_index("ix_party_identifiers_namespace_value", "party_identifiers", ["namespace", "value"])
    op.create_table(
        "identity_conflicts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "digest", name="pk_identity_conflicts"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "identity_conflicts",
        "party_identifiers",
        "record_parties",
        "identity_claims",
        "citizen_identifiers",
        "citizens",
    ):
        op.drop_table(table)
