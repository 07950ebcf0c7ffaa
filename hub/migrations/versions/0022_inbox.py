"""What sources push: events that wait to be resolved, and streams that are pushed instead of read."""

import sqlalchemy as sa
from alembic import op

revision = "0022_inbox"
down_revision = "0021_not_processed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column(
        "source_streams", sa.Column("is_pushed", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.alter_column("source_streams", "is_pushed", server_default=None)
    op.create_table(
        "inbox_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_events")),
    )
    op.create_index("uq_inbox_events_source_digest", "inbox_events", ["source", "digest"], unique=True)
    op.create_index(
        "ix_inbox_events_waiting",
        "inbox_events",
        ["source", "next_attempt_at"],
        postgresql_where=sa.text("body IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_events_resolved_at", "inbox_events", ["resolved_at"], postgresql_where=sa.text("body IS NULL")
    )


def downgrade() -> None:
    """Go back; events that wait are lost."""
    op.drop_table("inbox_events")
    op.drop_column("source_streams", "is_pushed")
