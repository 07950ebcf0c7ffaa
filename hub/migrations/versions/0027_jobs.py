"""Long work that a person has asked for: jobs, done by a worker under a lease."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_jobs"
down_revision = "0026_source_runs"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('waiting', 'running')"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger()),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("fault", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
    )
    op.create_index(
        "uq_jobs_unfinished", "jobs", ["kind", "subject"], unique=True, postgresql_where=sa.text(UNFINISHED)
    )
    op.create_index("ix_jobs_kind_subject", "jobs", ["kind", "subject", "id"])


def downgrade() -> None:
    """Go back; jobs that wait are forgotten."""
    op.drop_table("jobs")
