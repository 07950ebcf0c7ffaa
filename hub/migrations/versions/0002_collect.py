"""Tables of hub.collect."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_collect"
down_revision = "0001_bus"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cursors",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_cursors"),
    )
    op.create_table(
        "collect_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("skipped", postgresql.JSONB(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("last_data_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_collect_runs"),
    )
    op.create_index("ix_collect_runs_source_started_at", "collect_runs", ["source", "started_at"])
    op.create_table(
        "rejected_records",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("masked_value", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("first_seen_at", _INSTANT, nullable=False),
        sa.Column("last_seen_at", _INSTANT, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("resolved_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_records"),
    )
    op.create_index("ix_rejected_records_source_last_seen_at", "rejected_records", ["source", "last_seen_at"])
    op.create_index(
        "uq_rejected_records_source_fingerprint",
        "rejected_records",
        ["source", "fingerprint"],
        unique=True,
    )
    op.create_table(
        "source_pauses",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_pauses"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("source_pauses")
    op.drop_table("rejected_records")
    op.drop_table("collect_runs")
    op.drop_table("cursors")
