"""Decisions of the DPO that events of the log may name people for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0066_audit_event_names"
down_revision = "0065_own_page"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was decided is never changed, only ended."""
    op.create_table(
        "audit_event_names",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("with_stream", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event_names")),
    )
    op.execute("REVOKE UPDATE, DELETE ON audit_event_names FROM helhed_application")
    op.execute("GRANT UPDATE (ended_at) ON audit_event_names TO helhed_application")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit_event_names")
