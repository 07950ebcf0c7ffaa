"""Runs have a number, a log and who asked for them; progress of runs, what became of their records, who changed what.

Runs that were kept before get their numbers in the order in which they began.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0026_source_runs"
down_revision = "0025_login_sessions"
branch_labels = None
depends_on = None

NUMBER = """
    UPDATE source_runs r SET number = o.number
    FROM (SELECT id, nextval('source_fence') AS number
          FROM (SELECT id FROM source_runs ORDER BY started_at, id) AS ordered) AS o
    WHERE r.id = o.id
"""
COUNTS = ("stored", "new", "changed", "deleted", "parked")


def upgrade() -> None:
    """Add the columns and make the tables."""
    op.add_column("source_runs", sa.Column("number", sa.BigInteger()))
    op.execute(NUMBER)
    default = sa.text("nextval('source_fence')")
    op.alter_column("source_runs", "number", nullable=False, server_default=default)
    op.create_index("uq_source_runs_number", "source_runs", ["number"], unique=True)
    op.add_column("source_runs", sa.Column("requested_by", sa.Text()))
    op.add_column("source_runs", sa.Column("held", sa.Integer(), server_default="0", nullable=False))
    op.add_column("source_runs", sa.Column("log", JSONB(), server_default="[]", nullable=False))
    op.add_column("source_streams", sa.Column("requested_by", sa.Text()))
    op.add_column("source_streams", sa.Column("stop_requested_by", sa.Text()))
    op.create_table(
        "source_run_progress",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("skipped", JSONB(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("requested_by", sa.Text()),
        sa.Column("log", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "stream", name=op.f("pk_source_run_progress")),
    )
    op.create_table(
        "source_run_counts",
        sa.Column("number", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_source_run_counts")),
    )
    op.create_table(
        "source_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", ARRAY(sa.Text()), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_changes")),
    )
    op.create_index("ix_source_changes_source_id", "source_changes", ["source", "id"])


def downgrade() -> None:
    """Go back. The log, the counts and the history of changes are lost; runs and sources are not."""
    for table in ("source_changes", "source_run_counts", "source_run_progress"):
        op.drop_table(table)
    op.drop_column("source_streams", "stop_requested_by")
    op.drop_column("source_streams", "requested_by")
    op.drop_index("uq_source_runs_number", "source_runs")
    for column in ("log", "held", "requested_by", "number"):
        op.drop_column("source_runs", column)
