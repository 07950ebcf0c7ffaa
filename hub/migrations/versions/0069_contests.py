"""What a citizen contests of what sources say (GDPR article 16), until the source corrects it or the DPO decides."""

import sqlalchemy as sa
from alembic import op

revision = "0069_contests"
down_revision = "0068_restrictions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "fact_contests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("contested_by", sa.Text(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_fact_contests_ended")),
        sa.CheckConstraint(
            "outcome IN ('corrected', 'upheld', 'rejected')", name=op.f("ck_fact_contests_outcome_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_contests")),
    )
    op.create_index("ix_fact_contests_citizen_id", "fact_contests", ["citizen_id"])
    op.create_index("ix_fact_contests_source", "fact_contests", ["source"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("fact_contests")
