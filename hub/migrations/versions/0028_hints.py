"""Hints of sources: whom to read next, and how many of them a run was about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028_hints"
down_revision = "0027_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "read_hints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("citizen", JSONB(), nullable=False),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_hints")),
    )
    op.create_index("ix_read_hints_source_stream", "read_hints", ["source", "stream", "next_attempt_at"])
    op.add_column("source_runs", sa.Column("hints", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("source_runs", "hints", server_default=None)


def downgrade() -> None:
    """Go back; what was hinted is found by the next whole reading."""
    op.drop_column("source_runs", "hints")
    op.drop_table("read_hints")
