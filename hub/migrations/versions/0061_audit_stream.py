"""How far the log has been delivered to the SIEM that reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0061_audit_stream"
down_revision = "0060_backups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audit_stream",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("next_leaf", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_audit_stream")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit_stream")
