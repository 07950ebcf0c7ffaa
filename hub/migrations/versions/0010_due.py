"""Citizens whose overview is still to be built from their records."""

import sqlalchemy as sa
from alembic import op

revision = "0010_due"
down_revision = "0009_comparison"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "overview_due",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_overview_due")),
    )
    op.create_index(op.f("ix_overview_due_since"), "overview_due", ["since"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("overview_due")
