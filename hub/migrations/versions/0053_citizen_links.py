"""Addresses that another system asks for, each of which leads to one citizen once."""

import sqlalchemy as sa
from alembic import op

revision = "0053_citizen_links"
down_revision = "0052_rule_plan"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "citizen_links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Uuid()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_citizen_links")),
    )
    op.create_index("ix_citizen_links_expires_at", "citizen_links", ["expires_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("citizen_links")
