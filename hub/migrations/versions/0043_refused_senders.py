"""Whoever was refused at the address for pushed events is counted, by source and reason."""

import sqlalchemy as sa
from alembic import op

revision = "0043_refused_senders"
down_revision = "0042_kle_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "inbox_refusals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "reason", name=op.f("pk_inbox_refusals")),
    )


def downgrade() -> None:
    """Forget them; the log has their lines."""
    op.drop_table("inbox_refusals")
