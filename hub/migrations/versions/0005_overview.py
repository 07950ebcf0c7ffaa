"""Tables of hub.overview."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_overview"
down_revision = "0004_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "overview_versions",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_overview_versions")),
    )
    op.create_table(
        "overviews",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_overviews")),
    )
    op.create_table(
        "overview_units",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overview_units")),
    )
    op.create_index(op.f("ix_overview_units_citizen_id"), "overview_units", ["citizen_id"])
    op.create_index("ix_overview_units_unit_id_citizen_id", "overview_units", ["unit_id", "citizen_id"])
    op.create_table(
        "overview_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overview_outbox")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("overview_outbox")
    op.drop_table("overview_units")
    op.drop_table("overviews")
    op.drop_table("overview_versions")
